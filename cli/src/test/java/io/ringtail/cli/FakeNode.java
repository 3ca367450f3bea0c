package io.ringtail.cli;

import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
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
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** A node's admin service that answers what a test tells it to. */
public final class FakeNode implements AutoCloseable {
  public volatile Function<GetClusterStatusRequest, ClusterStatus> status =
      r -> {
        throw refused();
      };
  volatile Function<GetRingRequest, Ring> ring =
      r -> {
        throw refused();
      };
  volatile Function<GetTraceRequest, TraceReport> trace =
      r -> {
        throw refused();
      };
  volatile Function<NodeRequest, NodeSettings> settings =
      r -> {
        throw refused();
      };
  volatile Function<NodeRequest, NodeMetrics> metrics =
      r -> {
        throw refused();
      };
  volatile Function<Change, ChangePlan> plan =
      r -> {
        throw refused();
      };
  volatile Function<ApplyChangeRequest, ChangeResult> apply =
      r -> {
        throw refused();
      };
  final List<ApplyChangeRequest> applied = new CopyOnWriteArrayList<>();

  private final Server server;

  public FakeNode() throws IOException {
    ServerServiceDefinition.Builder service = ServerServiceDefinition.builder(AdminMethods.SERVICE);
    add(service, AdminMethods.GET_CLUSTER_STATUS, r -> status.apply(r));
    add(service, AdminMethods.GET_RING, r -> ring.apply(r));
    add(service, AdminMethods.GET_TRACE, r -> trace.apply(r));
    add(service, AdminMethods.GET_CONFIG, r -> settings.apply(r));
    add(service, AdminMethods.GET_METRICS, r -> metrics.apply(r));
    add(service, AdminMethods.PLAN_CHANGE, r -> plan.apply(r));
    add(
        service,
        AdminMethods.APPLY_CHANGE,
        r -> {
          applied.add(r);
          return apply.apply(r);
        });
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(service.build())
            .build()
            .start();
  }

  private static <A, B> void add(
      ServerServiceDefinition.Builder service,
      MethodDescriptor<A, B> method,
      Function<A, B> answer) {
    service.addMethod(
        method,
        ServerCalls.asyncUnaryCall(
            (request, observer) -> {
              try {
                observer.onNext(answer.apply(request));
                observer.onCompleted();
              } catch (StatusRuntimeException e) {
                observer.onError(e);
              }
            }));
  }

  private static StatusRuntimeException refused() {
    return Status.UNIMPLEMENTED.withDescription("not in this test").asRuntimeException();
  }

  public String address() {
    return "127.0.0.1:" + server.getPort();
  }

  @Override
  public void close() {
    server.shutdownNow();
  }
}
