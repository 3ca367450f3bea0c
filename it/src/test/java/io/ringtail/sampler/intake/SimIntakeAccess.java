package io.ringtail.sampler.intake;

import io.grpc.ServerCall;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoopGroup;
import io.ringtail.link.Peer;
import io.ringtail.link.SamplerFrame;
import io.ringtail.metrics.Metrics;
import io.ringtail.sampler.shard.ShardSet;
import java.net.InetSocketAddress;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** The real inbound links on a simulated machine. */
public final class SimIntakeAccess {
  private SimIntakeAccess() {}

  public static LinkServer links(
      Supplier<Peer> self,
      Ownership ownership,
      ShardSet shards,
      EventLoopGroup loops,
      Metrics metrics,
      LongSupplier clock,
      ScheduledExecutorService timer) {
    return new LinkServer(
        InetSocketAddress.createUnresolved("simulated", 1),
        self,
        ownership,
        shards,
        loops,
        metrics,
        LinkKeeper.NONE,
        clock,
        timer);
  }

  public static ServerCall.Listener<ByteBuf> accept(
      LinkServer links, ServerCall<ByteBuf, SamplerFrame> call) {
    return links.accept(call);
  }

  /** What its start does but for the socket. */
  public static void look(LinkServer links) {
    links.look();
  }
}
