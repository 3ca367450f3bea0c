package io.ringtail.router.forward;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;

/**
 * How links reach samplers. Each attempt has a channel of its own, so that addresses are resolved
 * anew and the pace of attempts is ours.
 *
 * @param channelType socket type that suits the event loops
 * @param memory for what is sent and read
 */
public record LinkTransport(Class<? extends Channel> channelType, ByteBufAllocator memory)
    implements LinkChannels {
  private static final int CONNECT_TIMEOUT_MILLIS = 3_000;

  /**
   * A host that goes without a word leaves a connection half open. 10 s is the least that gRPC
   * allows; on Linux what is sent and not acknowledged for as long as the timeout ends it, too.
   */
  private static final long KEEP_ALIVE_SECONDS = 10;

  private static final long KEEP_ALIVE_TIMEOUT_SECONDS = 5;

  /** Refusals of all parts of a message, the smallest there are, take 2 MiB. */
  private static final int FRAME_BYTES = 4 << 20;

  /** Plaintext. */
  @Override
  public ManagedChannel open(String address, EventLoop loop) {
    return NettyChannelBuilder.forTarget(address)
        .eventLoopGroup(loop)
        .channelType(channelType)
        .withOption(ChannelOption.ALLOCATOR, memory)
        .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
        .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
        .keepAliveTimeout(KEEP_ALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
        .directExecutor()
        .disableRetry()
        .proxyDetector(any -> null)
        .maxInboundMessageSize(FRAME_BYTES)
        .usePlaintext()
        .build();
  }
}
