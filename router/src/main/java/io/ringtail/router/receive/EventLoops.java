package io.ringtail.router.receive;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * The event loops of a router, shared by its servers. {@link #close} stops the loops.
 *
 * @param boss accepts connections
 * @param workers read and write them
 * @param epoll whether the groups are native ones
 */
public record EventLoops(EventLoopGroup boss, EventLoopGroup workers, boolean epoll)
    implements AutoCloseable {
  /** Native epoll where there is one, else NIO. */
  public static EventLoops create(int workerThreads) {
    boolean epoll = Epoll.isAvailable();
    IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    return new EventLoops(
        new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("receive-accept", true), io),
        new MultiThreadIoEventLoopGroup(
            workerThreads, new DefaultThreadFactory("receive", true), io),
        epoll);
  }

  ServerChannel newServerChannel() {
    return epoll ? new EpollServerSocketChannel() : new NioServerSocketChannel();
  }

  @Override
  public void close() {
    workers.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    boss.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
