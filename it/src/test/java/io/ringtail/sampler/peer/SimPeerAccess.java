package io.ringtail.sampler.peer;

import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.netty.channel.EventLoopGroup;
import io.ringtail.link.Peer;
import io.ringtail.metrics.Metrics;
import java.util.function.Function;
import java.util.function.Supplier;

/** The real links between samplers on a simulated machine. */
public final class SimPeerAccess {
  private SimPeerAccess() {}

  public static PeerLinks links(
      Supplier<Peer> self,
      EventLoopGroup loops,
      Function<String, ManagedChannel> channels,
      Metrics metrics) {
    return new PeerLinks(self, loops, (address, loop) -> channels.apply(address), metrics);
  }

  public static MethodDescriptor<byte[], byte[]> method() {
    return PeerMethod.OPEN;
  }

  public static ServerCall.Listener<byte[]> accept(
      PeerLinks links, ServerCall<byte[], byte[]> call) {
    return links.accept(call);
  }
}
