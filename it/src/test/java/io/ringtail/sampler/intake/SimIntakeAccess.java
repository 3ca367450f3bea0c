package io.ringtail.sampler.intake;

import io.grpc.ServerCall;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoopGroup;
import io.ringtail.http2.ReadMemory;
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
      LinkKeeper keeper,
      LongSupplier clock,
      ScheduledExecutorService timer) {
    return new LinkServer(
        InetSocketAddress.createUnresolved("simulated", 1),
        self,
        ownership,
        shards,
        loops,
        ReadMemory.unlimited(),
        DictionaryMemory.unlimited(),
        metrics,
        keeper,
        clock,
        timer);
  }

  public static ServerCall.Listener<ByteBuf> accept(
      LinkServer links, ServerCall<ByteBuf, SamplerFrame> call) {
    return links.accept(call);
  }
}
