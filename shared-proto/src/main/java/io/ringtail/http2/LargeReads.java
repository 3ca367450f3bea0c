package io.ringtail.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledHeapByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ServerChannel;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Settings;
import java.nio.ByteBuffer;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Lets the connections of an HTTP/2 server over plain TCP be read in few, large pieces: up to a
 * buffer of {@link ReadMemory} a read, frames of up to {@value #FRAME_BYTES} bytes (gRPC asks for
 * 16 KiB), and each byte handed on where the socket put it. A read goes on in the buffer that the
 * one before it did not fill, so that what is held is about what has come, also in small packets. A
 * connection that has handed on all it was sent has no buffer.
 *
 * <p>Threads: each connection's event loop.
 */
public final class LargeReads {
  static final int FRAME_BYTES = 1 << 20;

  /** Less room than this in a buffer is left unused. */
  private static final int LEAST_ROOM_BYTES = 16 << 10;

  private LargeReads() {}

  /**
   * Makes {@code server}, which is not bound yet, do so.
   *
   * @param memory shared by its connections
   */
  public static <S extends ServerChannel> S on(S server, ReadMemory memory) {
    return Accepting.on(server, accepted -> setUp(accepted, memory));
  }

  private static void setUp(Channel accepted, ReadMemory memory) {
    Reading reading = new Reading(memory);
    accepted.config().setRecvByteBufAllocator(reading.new Buffers());
    accepted.pipeline().addFirst(reading);
  }

  /** One connection. */
  static final class Reading extends ChannelInboundHandlerAdapter implements ReadMemory.Reader {
    private final ReadMemory memory;
    private final DataPieces pieces = new DataPieces(FRAME_BYTES);
    private @Nullable ChannelHandlerContext context;

    /** The buffer that is being filled; one reference is ours. */
    private @Nullable ByteBuf current;

    private int filledBytes;

    /** What the read under way goes into, if no buffer was left. */
    private @Nullable ByteBuffer piece;

    /** Copies of pieces that are not released. */
    private final AtomicInteger copies = new AtomicInteger();

    private volatile int copyInHand;
    private int copiesMade;
    private boolean paused;
    private boolean frameSizeSaid;

    Reading(ReadMemory memory) {
      this.memory = memory;
    }

    final class Buffers extends ReadBuffers {
      @Override
      int sizeBytes() {
        return ReadMemory.BUFFER_BYTES;
      }

      @Override
      ByteBuf next() {
        ByteBuf buffer = nextBuffer();
        pieces.begin(buffer);
        return buffer;
      }

      @Override
      boolean mayGoOn() {
        return hasRoom() || memory.hasRoomFor(Reading.this);
      }
    }

    private boolean hasRoom() {
      return current != null && current.capacity() - filledBytes >= LEAST_ROOM_BYTES;
    }

    private ByteBuf nextBuffer() {
      if (!hasRoom()) {
        letGo();
        current = memory.take();
      }
      ByteBuf filling = current;
      if (filling == null) {
        piece = memory.takePiece(this);
        return Unpooled.wrappedBuffer(piece).clear();
      }
      return filling.retainedSlice(filledBytes, filling.capacity() - filledBytes).clear();
    }

    /** Of the buffer; those who hold pieces of it have references of their own. */
    private void letGo() {
      ByteBuf full = current;
      current = null;
      filledBytes = 0;
      if (full != null) {
        full.release();
      }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf read = (ByteBuf) message;
      if (piece == null) {
        filledBytes += read.writerIndex();
      }
      pieces.end(read);
      if (!read.isReadable()) {
        read.release();
      } else if (piece == null) {
        ctx.fireChannelRead(read);
      } else {
        handOnCopy(ctx, read);
      }
      giveBackPiece();
    }

    private void handOnCopy(ChannelHandlerContext ctx, ByteBuf read) {
      Copy copy = new Copy(read, this, ++copiesMade);
      read.release();
      copies.incrementAndGet();
      copyInHand = copiesMade;
      ctx.fireChannelRead(copy);
      copyInHand = 0;
    }

    /**
     * What is needed no longer than it takes to be handed on is no part of a message waited for.
     */
    private void released(int copy) {
      copies.decrementAndGet();
      if (copy != copyInHand) {
        memory.hasMoved(this);
      }
    }

    private void giveBackPiece() {
      ByteBuffer used = piece;
      piece = null;
      if (used != null) {
        memory.giveBackPiece(used);
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      ctx.fireChannelReadComplete();
      giveBackPiece(); // a read that brought nothing
      if (current != null && current.refCnt() == 1) {
        letGo();
      }
      if (!frameSizeSaid) {
        sayFrameSize(ctx);
      }
      boolean hasCopies = copies.get() > 0;
      if (!hasCopies) {
        memory.hasMoved(this);
      }
      boolean hasHalfAMessage = hasCopies || current != null;
      if (hasHalfAMessage && !paused && !memory.admits(this, hasRoom())) {
        pause(ctx);
      }
    }

    private void pause(ChannelHandlerContext ctx) {
      paused = true;
      ctx.channel().config().setAutoRead(false);
      lookLater(ctx);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // ends with its loop
    private void lookLater(ChannelHandlerContext ctx) {
      ctx.executor()
          .schedule(
              () -> {
                if (paused && ctx.channel().isActive()) {
                  memory.look();
                  lookLater(ctx);
                }
              },
              ReadMemory.lookMillis(),
              TimeUnit.MILLISECONDS);
    }

    @Override
    public void resume() {
      ChannelHandlerContext ctx = context;
      if (ctx == null) {
        return;
      }
      try {
        ctx.executor().execute(() -> goOn(ctx));
      } catch (RejectedExecutionException e) {
        memory.hasEnded(this); // its loop has ended
      }
    }

    /** Asks again: another may have been faster. */
    private void goOn(ChannelHandlerContext ctx) {
      if (!ctx.channel().isActive()) {
        memory.hasEnded(this);
      } else if (paused && memory.admits(this, hasRoom())) {
        paused = false;
        ctx.channel().config().setAutoRead(true);
      }
    }

    /** Once gRPC has said its own settings, which it does when the negotiation is over. */
    @SuppressWarnings("FutureReturnValueIgnored") // a connection that fails says so itself
    private void sayFrameSize(ChannelHandlerContext ctx) {
      ChannelHandlerContext http2 = ctx.pipeline().context(Http2ConnectionHandler.class);
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
    public void handlerAdded(ChannelHandlerContext ctx) {
      context = ctx;
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
      letGo();
      giveBackPiece();
      memory.hasEnded(this);
    }
  }

  /** What was read through a piece: tells when it is not needed any more. */
  private static final class Copy extends UnpooledHeapByteBuf {
    private final Reading reading;
    private final int number;

    Copy(ByteBuf read, Reading reading, int number) {
      super(UnpooledByteBufAllocator.DEFAULT, read.readableBytes(), read.readableBytes());
      this.reading = reading;
      this.number = number;
      writeBytes(read);
    }

    @Override
    protected void deallocate() {
      super.deallocate();
      reading.released(number);
    }
  }
}
