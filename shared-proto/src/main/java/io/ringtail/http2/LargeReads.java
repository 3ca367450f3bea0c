package io.ringtail.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.channel.ServerChannel;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Settings;

/**
 * Lets the connections of an HTTP/2 server over plain TCP be read in few, large pieces: {@value
 * #READ_BYTES} bytes a read, frames of up to {@value #FRAME_BYTES} bytes (gRPC asks for 16 KiB),
 * and each byte handed on where the socket put it.
 *
 * <p>Costs: a buffer of {@value #READ_BYTES} bytes a connection, kept as long as it lives: one that
 * is never given back keeps its chunk of the pool from being freed and taken anew with every
 * message. Threads: each connection's event loop.
 */
public final class LargeReads {
  static final int READ_BYTES = 128 << 10;
  static final int FRAME_BYTES = 1 << 20;

  private static final int READS_A_TURN = 16;
  private static final int PAGE_BYTES = 8 << 10;
  private static final int CHUNK_ORDER = 9; // 4 MiB

  private LargeReads() {}

  /** Makes {@code server}, which is not bound yet, do so. */
  public static <S extends ServerChannel> S on(S server) {
    server.pipeline().addFirst(new Accepting(newAllocator()));
    return server;
  }

  private static ByteBufAllocator newAllocator() {
    return new PooledByteBufAllocator(
        true,
        0,
        Runtime.getRuntime().availableProcessors(),
        PAGE_BYTES,
        CHUNK_ORDER,
        PooledByteBufAllocator.defaultSmallCacheSize(),
        PooledByteBufAllocator.defaultNormalCacheSize(),
        false);
  }

  /** Stands before gRPC's own, which sets connections up. */
  private static final class Accepting extends ChannelInboundHandlerAdapter {
    private final ByteBufAllocator allocator;

    Accepting(ByteBufAllocator allocator) {
      this.allocator = allocator;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (message instanceof Channel accepted) {
        Reading reading = new Reading(allocator);
        accepted.config().setRecvByteBufAllocator(reading.new Buffers());
        accepted.pipeline().addFirst(reading);
      }
      context.fireChannelRead(message);
    }
  }

  /** One connection. */
  private static final class Reading extends ChannelInboundHandlerAdapter {
    private final ByteBufAllocator allocator;
    private final DataPieces pieces = new DataPieces(FRAME_BYTES);
    private final ByteBuf anchor;
    private boolean frameSizeSaid;

    Reading(ByteBufAllocator allocator) {
      this.allocator = allocator;
      this.anchor = allocator.directBuffer(READ_BYTES);
    }

    /** What the transport asks for a buffer before each read. */
    private final class Buffers extends DefaultMaxMessagesRecvByteBufAllocator {
      Buffers() {
        super(READS_A_TURN);
      }

      @Override
      @SuppressWarnings("deprecation") // the interface's own type
      public Handle newHandle() {
        return new MaxMessageHandle() {
          @Override
          public int guess() {
            return READ_BYTES;
          }

          @Override
          public ByteBuf allocate(ByteBufAllocator channels) {
            ByteBuf buffer = allocator.directBuffer(READ_BYTES, READ_BYTES);
            pieces.begin(buffer);
            return buffer;
          }
        };
      }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ByteBuf read = (ByteBuf) message;
      pieces.end(read);
      if (read.isReadable()) {
        context.fireChannelRead(read);
      } else {
        read.release();
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      context.fireChannelReadComplete();
      if (!frameSizeSaid) {
        sayFrameSize(context);
      }
    }

    /** Once gRPC has said its own settings, which it does when the negotiation is over. */
    @SuppressWarnings("FutureReturnValueIgnored") // a connection that fails says so itself
    private void sayFrameSize(ChannelHandlerContext context) {
      ChannelHandlerContext http2 = context.pipeline().context(Http2ConnectionHandler.class);
      if (http2 == null) {
        return;
      }
      frameSizeSaid = true;
      ((Http2ConnectionHandler) http2.handler())
          .encoder()
          .writeSettings(http2, new Http2Settings().maxFrameSize(FRAME_BYTES), http2.newPromise());
      http2.flush();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
      anchor.release();
    }
  }
}
