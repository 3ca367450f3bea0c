package io.ringtail.it.harness;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.ringtail.admin.AdminMethods;
import io.ringtail.admin.v1.ApplyChangeRequest;
import io.ringtail.admin.v1.Change;
import io.ringtail.admin.v1.ChangePlan;
import io.ringtail.admin.v1.ClusterStatus;
import io.ringtail.admin.v1.GetClusterStatusRequest;
import io.ringtail.admin.v1.GetTraceRequest;
import io.ringtail.admin.v1.TraceReport;
import java.util.concurrent.TimeUnit;

/** A client of one node's admin service. Threads: the test's. */
public final class AdminCalls implements AutoCloseable {
  private static final long DEADLINE_SECONDS = 60;

  private final ManagedChannel channel;

  public AdminCalls(Cluster.Node node) {
    channel = NettyChannelBuilder.forAddress(node.host(), node.adminPort()).usePlaintext().build();
  }

  public ClusterStatus status() {
    return call(AdminMethods.GET_CLUSTER_STATUS, GetClusterStatusRequest.getDefaultInstance());
  }

  /**
   * @param id 32 hexadecimal digits
   */
  public TraceReport trace(String id) {
    return call(AdminMethods.GET_TRACE, GetTraceRequest.newBuilder().setTraceId(id).build());
  }

  public ChangePlan plan(Change change) {
    return call(AdminMethods.PLAN_CHANGE, change);
  }

  /** Returns the outcome. */
  public String apply(Change change) {
    return apply(change, false);
  }

  /** As above, also against objections. */
  public String force(Change change) {
    return apply(change, true);
  }

  private String apply(Change change, boolean force) {
    ApplyChangeRequest request =
        ApplyChangeRequest.newBuilder()
            .setChange(change)
            .setActor("test@here")
            .setForce(force)
            .build();
    return call(AdminMethods.APPLY_CHANGE, request).getOutcome();
  }

  private <A, B> B call(MethodDescriptor<A, B> method, A request) {
    CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
    return ClientCalls.blockingUnaryCall(channel, method, options, request);
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
