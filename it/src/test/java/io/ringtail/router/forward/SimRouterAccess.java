package io.ringtail.router.forward;

import io.grpc.ManagedChannel;
import io.netty.channel.EventLoopGroup;
import io.ringtail.link.Peer;
import io.ringtail.metrics.Metrics;
import io.ringtail.ring.RingTables;
import io.ringtail.router.retain.RetentionConfig;
import io.ringtail.rules.Rules;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import java.util.function.LongSupplier;

/** The real forwarder on a simulated machine. */
public final class SimRouterAccess {
  private SimRouterAccess() {}

  public static Forwarder forwarder(
      ForwardConfig config,
      Peer self,
      EventLoopGroup loops,
      Function<String, ManagedChannel> channels,
      LongSupplier clock,
      Random random,
      RingTables tables,
      ExecutorService epochs,
      Metrics metrics,
      RetentionConfig log,
      Rules rules) {
    return new Forwarder(
        config,
        log,
        self,
        0,
        loops,
        new Forwarder.Surroundings(
            (address, loop) -> channels.apply(address), clock, random, tables, epochs, rules),
        metrics);
  }

  /** What a drain begins with; it waits, this does not. */
  public static void stopTaking(Forwarder forwarder) {
    forwarder.stopTaking();
  }
}
