package io.ringtail.sampler.peer;

import io.grpc.ManagedChannel;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.Member;
import io.ringtail.link.Peer;
import io.ringtail.metrics.Metrics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@link Peers} over gRPC: one stream for each ordered pair of sampler incarnations, opened at the
 * first word, opened again with growing pauses while epochs name the peer. The answering side is a
 * {@link #service} of the server that routers' links use.
 *
 * <p>Threads: any. {@link Peers.Events}: answers, downs and writables of one peer on the event loop
 * of the stream to it; its words on that of the stream from it.
 */
public final class PeerLinks implements Peers, AutoCloseable {
  private static final long MAX_QUEUED_BYTES = 4 << 20;
  private static final int CONNECT_TIMEOUT_MILLIS = 2_000;
  private static final long KEEP_ALIVE_SECONDS = 10; // the least a client may have
  private static final long KEEP_ALIVE_TIMEOUT_SECONDS = 5;
  private static final int ANSWER_BYTES = 64 << 10;
  private static final int FLOW_CONTROL_WINDOW = 4 << 20;

  private final Supplier<Peer> self;
  private final EventLoopGroup loops;
  private final Channels channels;
  private final PeerMetrics metrics;
  private final Map<Peer, PeerLink> links = new ConcurrentHashMap<>();

  /** By bits of the sender's incarnation. */
  private final Map<Long, PeerInbound> inbound = new ConcurrentHashMap<>();

  private final AtomicLong attempts = new AtomicLong();
  private volatile Map<Peer, String> addresses = Map.of();
  private volatile @Nullable Events events;
  private boolean closed;

  /**
   * @param self this sampler as others know it now
   * @param loops run the streams; not shut down here
   * @param channelType socket type that suits the loops
   */
  public PeerLinks(
      Supplier<Peer> self,
      EventLoopGroup loops,
      Class<? extends Channel> channelType,
      Metrics metrics) {
    this(self, loops, (address, loop) -> channel(address, loop, channelType), metrics);
  }

  /** How a channel to an address is opened, everything of which runs on the loop. */
  interface Channels {
    ManagedChannel open(String address, EventLoop loop);
  }

  PeerLinks(Supplier<Peer> self, EventLoopGroup loops, Channels channels, Metrics metrics) {
    this.self = self;
    this.loops = loops;
    this.channels = channels;
    this.metrics = new PeerMetrics(metrics, links::size, inbound::size);
  }

  /** To be told before a word is sent or the service takes streams. */
  public void start(Events newEvents) {
    events = newEvents;
  }

  /** The answering side. */
  public ServerServiceDefinition service() {
    return ServerServiceDefinition.builder(PeerMethod.SERVICE)
        .addMethod(PeerMethod.OPEN, (call, headers) -> accept(call))
        .build();
  }

  /** A new stream, not greeted yet. */
  PeerInbound accept(ServerCall<byte[], byte[]> call) {
    return new PeerInbound(this, call);
  }

  /** Whom there is to talk to. Streams to who is gone end. */
  public void onEpoch(Epoch epoch) {
    long own = self().incarnation().bits();
    Map<Peer, String> named = new HashMap<>();
    for (Member m : epoch.members()) {
      if (m.role() == Member.Role.SAMPLER && m.incarnation().bits() != own) {
        named.put(new Peer(m.nodeId(), m.incarnation()), m.linkAddress());
      }
    }
    synchronized (this) {
      addresses = Map.copyOf(named);
      endAll(peer -> !named.containsKey(peer), "epoch " + epoch.order() + " does not name it");
    }
  }

  /** This sampler comes back as another incarnation: no stream of the old one goes on. */
  public void restart() {
    synchronized (this) {
      addresses = Map.of();
      endAll(peer -> true, "another incarnation begins");
    }
    List.copyOf(inbound.values()).forEach(in -> in.farewell("this sampler comes back as another"));
  }

  private void endAll(Predicate<Peer> which, String reason) {
    for (Peer peer : List.copyOf(links.keySet())) {
      if (which.test(peer)) {
        PeerLink link = links.remove(peer);
        if (link != null) {
          link.end(reason);
        }
      }
    }
  }

  @Override
  public boolean send(Peer to, PeerWord word) {
    byte[] message;
    try {
      PeerLink existing = links.get(to);
      PeerLink link = existing == null ? open(to) : existing;
      if (link == null) {
        return false;
      }
      message = PeerWordCodec.encode(word);
      if (message.length > PeerMethod.MAX_MESSAGE_BYTES) {
        throw new IllegalArgumentException(
            "word of " + message.length + " bytes (expected " + PeerMethod.MAX_MESSAGE_BYTES + ")");
      }
      return link.offer(message);
    } finally {
      release(word);
    }
  }

  private static void release(PeerWord word) {
    ByteBuf buffer =
        word instanceof PeerWord.Transfer transfer
            ? transfer.entries()
            : word instanceof PeerWord.Notice notice ? notice.decisions() : null;
    if (buffer != null) {
      buffer.release();
    }
  }

  private synchronized @Nullable PeerLink open(Peer to) {
    String address = addresses.get(to);
    if (address == null || closed) {
      return null;
    }
    PeerLink before = links.get(to);
    if (before != null) {
      return before;
    }
    PeerLink link = new PeerLink(this, to, address, loops.next());
    links.put(to, link);
    link.start();
    return link;
  }

  /** Ends all streams; the service takes no more. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      endAll(peer -> true, "this sampler stops");
    }
    List.copyOf(inbound.values()).forEach(in -> in.farewell("this sampler stops"));
  }

  // ---- for streams

  Peer self() {
    return self.get();
  }

  Events events() {
    Events known = events;
    if (known == null) {
      throw new IllegalStateException("not started");
    }
    return known;
  }

  PeerMetrics metrics() {
    return metrics;
  }

  long maxQueuedBytes() {
    return MAX_QUEUED_BYTES;
  }

  long nextAttempt() {
    return attempts.incrementAndGet();
  }

  /** One a stream: addresses are resolved anew, and the pace of attempts is ours. */
  ManagedChannel channel(String address, EventLoop loop) {
    return channels.open(address, loop);
  }

  private static ManagedChannel channel(
      String address, EventLoop loop, Class<? extends Channel> channelType) {
    return NettyChannelBuilder.forTarget(address)
        .eventLoopGroup(loop)
        .channelType(channelType)
        .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
        .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
        .keepAliveTimeout(KEEP_ALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
        .directExecutor()
        .disableRetry()
        .proxyDetector(any -> null)
        .flowControlWindow(FLOW_CONTROL_WINDOW)
        .maxInboundMessageSize(ANSWER_BYTES)
        .usePlaintext()
        .build();
  }

  /**
   * A stream has greeted; an older one of the same sender is fenced before anything of it is taken.
   *
   * @return false if a newer one is open already
   */
  boolean opened(PeerInbound stream, Peer from) {
    PeerInbound[] replaced = new PeerInbound[1];
    PeerInbound winner =
        inbound.compute(
            from.incarnation().bits(),
            (bits, old) -> {
              replaced[0] = old;
              return old != null && old.attempt() > stream.attempt() ? old : stream;
            });
    if (winner != stream) {
      return false;
    }
    PeerInbound before = replaced[0];
    if (before != null) {
      before.farewell("a newer stream of " + from + " took over");
    }
    return true;
  }

  void closed(PeerInbound stream, Peer from) {
    inbound.remove(from.incarnation().bits(), stream);
  }
}
