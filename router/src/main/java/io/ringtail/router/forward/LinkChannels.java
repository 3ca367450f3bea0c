package io.ringtail.router.forward;

import io.grpc.ManagedChannel;
import io.netty.channel.EventLoop;

/** Opens channels to samplers. Threads: any. */
interface LinkChannels {
  /** A channel of its own for one attempt; everything of it runs on {@code loop}. */
  ManagedChannel open(String address, EventLoop loop);
}
