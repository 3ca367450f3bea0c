package io.ringtail.router.receive;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.SocketChannel;
import java.util.concurrent.TimeUnit;

/**
 * The close of a connection whose client may still be sending: what it sends is read and dropped
 * for a moment in which it can read the last answer. To close with bytes unread would reset the
 * connection, and the answer away (RFC 9112, 9.6). Threads: the event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // the channel tells when it has closed
final class LingeringClose {
  private static final int LINGER_MILLIS = 1000;

  private boolean begun;

  /** Whether what comes now is to be dropped. */
  boolean hasBegun() {
    return begun;
  }

  /**
   * @param lastAnswer its writing
   */
  void begin(ChannelHandlerContext ctx, ChannelFuture lastAnswer) {
    begun = true;
    lastAnswer.addListener(future -> shutdownOutput(ctx));
    ctx.executor().schedule(() -> ctx.close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
  }

  private static void shutdownOutput(ChannelHandlerContext ctx) {
    if (ctx.channel() instanceof SocketChannel socket && socket.isActive()) {
      socket.shutdownOutput();
    }
  }
}
