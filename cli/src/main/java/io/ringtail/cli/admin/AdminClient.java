package io.ringtail.cli.admin;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.ringtail.admin.AdminMethods;
import io.ringtail.admin.v1.ApplyChangeRequest;
import io.ringtail.admin.v1.Change;
import io.ringtail.admin.v1.ChangePlan;
import io.ringtail.admin.v1.ChangeResult;
import io.ringtail.admin.v1.ClusterStatus;
import io.ringtail.admin.v1.GetClusterStatusRequest;
import io.ringtail.admin.v1.GetRingRequest;
import io.ringtail.admin.v1.GetTraceRequest;
import io.ringtail.admin.v1.NodeMetrics;
import io.ringtail.admin.v1.NodeRequest;
import io.ringtail.admin.v1.NodeSettings;
import io.ringtail.admin.v1.Ring;
import io.ringtail.admin.v1.TraceReport;
import io.ringtail.cli.exit.CommandFailedException;
import io.ringtail.cli.exit.ExitCode;
import io.ringtail.config.HostPort;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The admin service of one node. Each call waits for its answer; what goes wrong ends the command
 * with one line and an exit code, by {@link Failures}. Threads: any.
 */
public final class AdminClient implements AutoCloseable {
  /** A page of metrics is some 100 KB, a status of 300 nodes less than 1 MB. */
  private static final int MAX_ANSWER_BYTES = 64 << 20;

  /** Of the timeout, what the node asked may wait for the others: 2 s of 5. */
  private static final double FOR_OTHERS = 0.4;

  /** Times a question is asked again after this process stood still in the midst of it. */
  private static final int MOST_AGAIN = 5;

  /** A timer that is later than this has been held up. */
  private static final long LATE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final ManagedChannel channel;
  private final Failures failures;
  private final Duration timeout;
  private final LongSupplier nanoTime;

  private AdminClient(
      ManagedChannel channel, Failures failures, Duration timeout, LongSupplier nanoTime) {
    this.channel = channel;
    this.failures = failures;
    this.timeout = timeout;
    this.nanoTime = nanoTime;
  }

  /**
   * Connects with the first call.
   *
   * @param timeout of each call, connecting included
   * @throws CommandFailedException if the host's name is not known
   */
  static AdminClient to(InetSocketAddress address, Duration timeout) {
    return to(address, timeout, System::nanoTime);
  }

  static AdminClient to(InetSocketAddress address, Duration timeout, LongSupplier nanoTime) {
    if (address.isUnresolved()) {
      throw new CommandFailedException(
          ExitCode.UNREACHABLE,
          HostPort.print(address) + ": no address is known for " + address.getHostString());
    }
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(address)
            .usePlaintext()
            .maxInboundMessageSize(MAX_ANSWER_BYTES)
            .build();
    Failures failures = new Failures(HostPort.print(address), timeout);
    return new AdminClient(channel, failures, timeout, nanoTime);
  }

  public ClusterStatus status() {
    return ask(
        AdminMethods.GET_CLUSTER_STATUS,
        GetClusterStatusRequest.newBuilder().setDeadlineMs(forOthers()).build());
  }

  /**
   * @param traceId 32 hex digits, or empty
   */
  public Ring ring(String traceId) {
    return ask(AdminMethods.GET_RING, GetRingRequest.newBuilder().setTraceId(traceId).build());
  }

  public TraceReport trace(String traceId) {
    return ask(
        AdminMethods.GET_TRACE,
        GetTraceRequest.newBuilder().setTraceId(traceId).setDeadlineMs(forOthers()).build());
  }

  /**
   * @param node id; empty: the node asked
   */
  public NodeSettings settings(String node) {
    return ask(AdminMethods.GET_CONFIG, NodeRequest.newBuilder().setNodeId(node).build());
  }

  /**
   * @param node id; empty: the node asked
   */
  public NodeMetrics metrics(String node) {
    return ask(AdminMethods.GET_METRICS, NodeRequest.newBuilder().setNodeId(node).build());
  }

  public ChangePlan plan(Change change) {
    return ask(AdminMethods.PLAN_CHANGE, change);
  }

  public ChangeResult apply(Change change, boolean force) {
    return call(
        AdminMethods.APPLY_CHANGE,
        ApplyChangeRequest.newBuilder()
            .setChange(change)
            .setActor(Actor.ofProcess())
            .setForce(force)
            .build());
  }

  private int forOthers() {
    return (int) Math.max(1, timeout.toMillis() * FOR_OTHERS);
  }

  private <A, B> B call(MethodDescriptor<A, B> method, A request) {
    try {
      return callOnce(method, request);
    } catch (StatusRuntimeException e) {
      throw failures.of(e.getStatus());
    }
  }

  /** As {@link #call}; a question may be asked again, if the time was over in this one's sleep. */
  private <A, B> B ask(MethodDescriptor<A, B> method, A question) {
    for (int again = 0; ; again++) {
      long start = nanoTime.getAsLong();
      try {
        return callOnce(method, question);
      } catch (StatusRuntimeException e) {
        if (!hasStoodStill(nanoTime.getAsLong() - start)
            || !Failures.isNoAnswer(e.getStatus())
            || again == MOST_AGAIN) {
          throw failures.of(e.getStatus());
        }
      }
    }
  }

  private boolean hasStoodStill(long tookNanos) {
    return tookNanos - timeout.toNanos() > Math.max(timeout.toNanos(), LATE_NANOS);
  }

  private <A, B> B callOnce(MethodDescriptor<A, B> method, A request) {
    CallOptions options =
        CallOptions.DEFAULT.withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS);
    return ClientCalls.blockingUnaryCall(channel, method, options, request);
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
