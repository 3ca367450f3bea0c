package io.ringtail.admin;

import com.google.protobuf.Descriptors;
import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServiceDescriptor;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import io.grpc.protobuf.ProtoServiceDescriptorSupplier;
import io.grpc.protobuf.ProtoUtils;
import io.ringtail.admin.v1.AdminProto;
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

/**
 * The methods of the admin service, for servers and for clients, with the schema that reflection
 * tells of them. Only messages are generated: stubs would add a second generator to the build for
 * seven unary methods. Threads: any.
 */
public final class AdminMethods {
  public static final String SERVICE = "ringtail.admin.v1.Admin";

  public static final MethodDescriptor<GetClusterStatusRequest, ClusterStatus> GET_CLUSTER_STATUS =
      unary(
          "GetClusterStatus",
          GetClusterStatusRequest.getDefaultInstance(),
          ClusterStatus.getDefaultInstance());
  public static final MethodDescriptor<GetRingRequest, Ring> GET_RING =
      unary("GetRing", GetRingRequest.getDefaultInstance(), Ring.getDefaultInstance());
  public static final MethodDescriptor<GetTraceRequest, TraceReport> GET_TRACE =
      unary("GetTrace", GetTraceRequest.getDefaultInstance(), TraceReport.getDefaultInstance());
  public static final MethodDescriptor<NodeRequest, NodeSettings> GET_CONFIG =
      unary("GetConfig", NodeRequest.getDefaultInstance(), NodeSettings.getDefaultInstance());
  public static final MethodDescriptor<NodeRequest, NodeMetrics> GET_METRICS =
      unary("GetMetrics", NodeRequest.getDefaultInstance(), NodeMetrics.getDefaultInstance());
  public static final MethodDescriptor<Change, ChangePlan> PLAN_CHANGE =
      unary("PlanChange", Change.getDefaultInstance(), ChangePlan.getDefaultInstance());
  public static final MethodDescriptor<ApplyChangeRequest, ChangeResult> APPLY_CHANGE =
      unary(
          "ApplyChange",
          ApplyChangeRequest.getDefaultInstance(),
          ChangeResult.getDefaultInstance());

  static final ServiceDescriptor DESCRIPTOR =
      ServiceDescriptor.newBuilder(SERVICE)
          .setSchemaDescriptor(new Schema())
          .addMethod(GET_CLUSTER_STATUS)
          .addMethod(GET_RING)
          .addMethod(GET_TRACE)
          .addMethod(GET_CONFIG)
          .addMethod(GET_METRICS)
          .addMethod(PLAN_CHANGE)
          .addMethod(APPLY_CHANGE)
          .build();

  private AdminMethods() {}

  private static <A extends Message, B extends Message> MethodDescriptor<A, B> unary(
      String method, A request, B response) {
    return MethodDescriptor.<A, B>newBuilder()
        .setType(MethodType.UNARY)
        .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, method))
        .setRequestMarshaller(ProtoUtils.marshaller(request))
        .setResponseMarshaller(ProtoUtils.marshaller(response))
        .setSchemaDescriptor(new MethodSchema(method))
        .build();
  }

  private static class Schema implements ProtoServiceDescriptorSupplier {
    @Override
    public Descriptors.FileDescriptor getFileDescriptor() {
      return AdminProto.getDescriptor();
    }

    @Override
    public Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("Admin");
    }
  }

  private static final class MethodSchema extends Schema implements ProtoMethodDescriptorSupplier {
    private final String method;

    MethodSchema(String method) {
      this.method = method;
    }

    @Override
    public Descriptors.MethodDescriptor getMethodDescriptor() {
      return getServiceDescriptor().findMethodByName(method);
    }
  }
}
