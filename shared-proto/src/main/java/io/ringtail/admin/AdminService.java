package io.ringtail.admin;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.ringtail.admin.call.Failures;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The service's methods, by {@link ClusterAnswers}. Threads: the admin service's. */
final class AdminService {
  private static final Logger log = LoggerFactory.getLogger(AdminService.class);
  private static final Duration MAX_DEADLINE = Duration.ofSeconds(30);

  /** Of changes, and of one other node: it may be slow, and there is nothing else to show. */
  private static final Duration PATIENT = Duration.ofSeconds(10);

  /** Of the client's deadline, to come before it. */
  private static final Duration RESERVE = Duration.ofMillis(100);

  private AdminService() {}

  static ServerServiceDefinition of(ClusterAnswers answers) {
    return ServerServiceDefinition.builder(AdminMethods.DESCRIPTOR)
        .addMethod(
            AdminMethods.GET_CLUSTER_STATUS,
            unary((r, d) -> answers.status(wanted(r.getDeadlineMs(), d))))
        .addMethod(
            AdminMethods.GET_RING,
            unary((r, d) -> CompletableFuture.completedFuture(answers.ring(r.getTraceId()))))
        .addMethod(
            AdminMethods.GET_TRACE,
            unary((r, d) -> answers.trace(r.getTraceId(), wanted(r.getDeadlineMs(), d))))
        .addMethod(
            AdminMethods.GET_CONFIG, unary((r, d) -> answers.settings(r.getNodeId(), least(d))))
        .addMethod(
            AdminMethods.GET_METRICS, unary((r, d) -> answers.metrics(r.getNodeId(), least(d))))
        .addMethod(AdminMethods.PLAN_CHANGE, unary((r, d) -> answers.plan(r, least(d))))
        .addMethod(AdminMethods.APPLY_CHANGE, unary((r, d) -> answers.apply(r, least(d))))
        .build();
  }

  private static Duration least(Duration left) {
    return left.compareTo(PATIENT) < 0 ? left : PATIENT;
  }

  /** How long to wait for other nodes. */
  private static Duration wanted(int millis, Duration left) {
    Duration wanted =
        millis == 0
            ? ClusterAnswers.DEFAULT_DEADLINE
            : Duration.ofMillis(Integer.toUnsignedLong(millis));
    return wanted.compareTo(left) < 0 ? wanted : left;
  }

  /** What the client leaves this node. */
  private static Duration left() {
    Deadline deadline = Context.current().getDeadline();
    if (deadline == null) {
      return MAX_DEADLINE;
    }
    Duration left = Duration.ofNanos(deadline.timeRemaining(TimeUnit.NANOSECONDS)).minus(RESERVE);
    return left.isNegative() || left.isZero() ? Duration.ofMillis(1) : min(left);
  }

  private static Duration min(Duration left) {
    return left.compareTo(MAX_DEADLINE) < 0 ? left : MAX_DEADLINE;
  }

  private static <A, B> io.grpc.ServerCallHandler<A, B> unary(
      BiFunction<A, Duration, CompletableFuture<B>> method) {
    return ServerCalls.asyncUnaryCall(
        (request, observer) -> answer(call(method, request), observer));
  }

  private static <A, B> CompletableFuture<B> call(
      BiFunction<A, Duration, CompletableFuture<B>> method, A request) {
    try {
      return method.apply(request, left());
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static <B> void answer(CompletableFuture<B> answer, StreamObserver<B> observer) {
    var unused =
        answer.whenComplete(
            (reply, failure) -> {
              if (failure == null) {
                observer.onNext(reply);
                observer.onCompleted();
                return;
              }
              Status status = Failures.statusOf(failure);
              if (status.getCode() == Status.Code.INTERNAL) {
                log.warn("admin call failed", failure);
              }
              observer.onError(status.asRuntimeException());
            });
  }
}
