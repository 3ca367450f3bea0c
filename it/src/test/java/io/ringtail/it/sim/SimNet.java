package io.ringtail.it.sim;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Streams between hosts, as gRPC shows them: each direction in order; late, broken half-way, or
 * stalled while a partition lasts. Threads: one.
 */
public final class SimNet {
  final World world;
  private final Map<String, Server> servers = new HashMap<>();
  private final List<SimStream<?, ?>> streams = new ArrayList<>();
  private final Set<String> cut = new HashSet<>();

  /** How long one message takes, not counting that it stays behind those before it. */
  LongSupplier latency;

  SimNet(World world) {
    this.world = world;
    this.latency = () -> 200_000 + world.below(World.MILLI);
  }

  /** One gRPC method of a server. */
  record Method<Q, A>(
      MethodDescriptor<Q, A> descriptor,
      Function<ServerCall<Q, A>, ServerCall.Listener<Q>> accept) {}

  private record Server(Host host, Map<String, Method<?, ?>> methods) {}

  void listen(String address, Host host, List<Method<?, ?>> methods) {
    Map<String, Method<?, ?>> byName = new HashMap<>();
    methods.forEach(m -> byName.put(m.descriptor.getFullMethodName(), m));
    servers.put(address, new Server(host, byName));
  }

  void close(String address, Host host) {
    servers.computeIfPresent(address, (a, s) -> s.host == host ? null : s);
  }

  /** A channel from {@code from}. */
  public ManagedChannel channel(Host from, String address) {
    return new Channel(from, address);
  }

  void began(SimStream<?, ?> stream) {
    streams.add(stream);
  }

  boolean isCut(Host a, Host b) {
    return !cut.isEmpty() && cut.contains(a.name()) != cut.contains(b.name());
  }

  /** These cannot talk to the rest. */
  void cut(Set<String> names) {
    cut.clear();
    cut.addAll(names);
  }

  void heal() {
    cut.clear();
    new ArrayList<>(streams).forEach(SimStream::goOn);
  }

  /** A host is gone: its streams end, heard of soon unless the host went silently. */
  void died(Host host, boolean silent) {
    for (SimStream<?, ?> s : new ArrayList<>(streams)) {
      if (s.touches(host)) {
        s.die(host, silent);
        streams.remove(s);
      }
    }
  }

  /** Breaks those between two hosts, or of one. */
  int breakStreams(Host a, @Nullable Host b) {
    int broken = 0;
    for (SimStream<?, ?> s : new ArrayList<>(streams)) {
      if (s.touches(a) && (b == null || s.touches(b))) {
        s.breakOff("broken");
        broken++;
      }
    }
    return broken;
  }

  void ended(SimStream<?, ?> stream) {
    streams.remove(stream);
  }

  private final class Channel extends ManagedChannel {
    private final Host from;
    private final String address;
    private final List<SimStream<?, ?>> calls = new ArrayList<>();
    private boolean shutdown;

    Channel(Host from, String address) {
      this.from = from;
      this.address = address;
    }

    @Override
    public <Q, A> ClientCall<Q, A> newCall(MethodDescriptor<Q, A> method, CallOptions options) {
      SimStream<Q, A> stream = new SimStream<>(SimNet.this, from, method, () -> find(method));
      calls.add(stream);
      return stream;
    }

    private @Nullable Server server() {
      return servers.get(address);
    }

    private SimStream.@Nullable Target find(MethodDescriptor<?, ?> method) {
      Server server = server();
      Method<?, ?> served = server == null ? null : server.methods.get(method.getFullMethodName());
      return server == null || served == null ? null : new SimStream.Target(server.host, served);
    }

    @Override
    public ManagedChannel shutdown() {
      shutdown = true;
      return this;
    }

    @Override
    public ManagedChannel shutdownNow() {
      shutdown = true;
      calls.forEach(c -> c.cancel("shutdown", null));
      return this;
    }

    @Override
    public boolean isShutdown() {
      return shutdown;
    }

    @Override
    public boolean isTerminated() {
      return shutdown;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return true;
    }

    @Override
    public String authority() {
      return address;
    }
  }

  static Metadata noTrailers() {
    return new Metadata();
  }
}
