package io.ringtail.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ServerChannel;
import io.netty.util.concurrent.FastThreadLocal;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Lets the connections of a server be read through one buffer for each event loop, and hands on
 * copies that are no longer than what has come: for servers with many connections of which each has
 * little to read. What half messages keep is then their own length, and not that of the buffers
 * they were read into. The buffer stays in the processor's cache, and for HTTP/2 the copy is the
 * one that Netty's decoder makes otherwise (see {@link DataPieces}).
 *
 * <p>Threads: each connection's event loop. Copies come from the channel's allocator.
 */
public final class CopiedReads {
  /** The largest frame of a client that was told no other size. RFC 9113, 6.5.2. */
  private static final int HTTP2_FRAME_BYTES = 16 << 10;

  private final int readBytes;
  private final FastThreadLocal<ByteBuf> buffers =
      new FastThreadLocal<>() {
        @Override
        protected ByteBuf initialValue() {
          return Unpooled.wrappedBuffer(ByteBuffer.allocateDirect(readBytes));
        }
      };

  /**
   * @param readBytes of the buffer that each event loop has; some 64 KiB is good
   */
  public CopiedReads(int readBytes) {
    this.readBytes = readBytes;
  }

  /** Makes {@code server}, of HTTP/2 over plain TCP and not bound yet, do so. */
  public <S extends ServerChannel> S onHttp2(S server) {
    return Accepting.on(server, accepted -> attach(accepted, new DataPieces(HTTP2_FRAME_BYTES)));
  }

  /** Makes {@code server}, of any protocol and not bound yet, do so. */
  public <S extends ServerChannel> S on(S server) {
    return Accepting.on(server, accepted -> attach(accepted, null));
  }

  void attach(Channel connection, @Nullable DataPieces pieces) {
    Reading reading = new Reading(pieces);
    connection.config().setRecvByteBufAllocator(reading.new Buffers());
    connection.pipeline().addFirst(reading);
  }

  /** One connection. */
  private final class Reading extends ChannelInboundHandlerAdapter {
    private final @Nullable DataPieces pieces;

    Reading(@Nullable DataPieces pieces) {
      this.pieces = pieces;
    }

    final class Buffers extends ReadBuffers {
      @Override
      int sizeBytes() {
        return readBytes;
      }

      @Override
      ByteBuf next() {
        ByteBuf buffer = buffers.get().retain().clear();
        if (pieces != null) {
          pieces.begin(buffer);
        }
        return buffer;
      }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ByteBuf read = (ByteBuf) message;
      if (pieces != null) {
        pieces.end(read);
      }
      int length = read.readableBytes();
      ByteBuf copy = length == 0 ? null : context.alloc().buffer(length, length).writeBytes(read);
      read.release();
      if (copy != null) {
        context.fireChannelRead(copy);
      }
    }
  }
}
