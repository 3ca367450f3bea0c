package io.ringtail.http2;

import com.codahale.metrics.Counter;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ServerChannel;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands before the acceptor of a listening channel and closes connections over the limit before
 * anything is allocated for them. Threads: any.
 */
@Sharable
public final class ConnectionLimit extends ChannelInboundHandlerAdapter {
  private final AtomicInteger open = new AtomicInteger();
  private final int maxOpen;
  private final Counter refused;

  /**
   * @param refused counts those closed
   */
  public ConnectionLimit(int maxOpen, Counter refused) {
    this.maxOpen = maxOpen;
    this.refused = refused;
  }

  /** Puts the limit on a listening channel that is not registered yet. */
  public ServerChannel guard(ServerChannel channel) {
    channel.pipeline().addFirst(this);
    return channel;
  }

  /** Connections open now. */
  public int open() {
    return open.get();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof Channel child) {
      if (open.incrementAndGet() > maxOpen) {
        open.decrementAndGet();
        refused.inc();
        child.unsafe().closeForcibly();
        return;
      }
      child.closeFuture().addListener(future -> open.decrementAndGet());
    }
    ctx.fireChannelRead(message);
  }
}
