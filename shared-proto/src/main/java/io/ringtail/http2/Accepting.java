package io.ringtail.http2;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ServerChannel;
import java.util.function.Consumer;

/**
 * Stands before those of a server who set its connections up, such as gRPC, and sets up first how
 * each is read. Threads: the server channel's event loop.
 */
final class Accepting extends ChannelInboundHandlerAdapter {
  private final Consumer<Channel> setUp;

  private Accepting(Consumer<Channel> setUp) {
    this.setUp = setUp;
  }

  /** Makes {@code server}, which is not bound yet, do so. */
  static <S extends ServerChannel> S on(S server, Consumer<Channel> setUp) {
    server.pipeline().addFirst(new Accepting(setUp));
    return server;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof Channel accepted) {
      setUp.accept(accepted);
    }
    context.fireChannelRead(message);
  }
}
