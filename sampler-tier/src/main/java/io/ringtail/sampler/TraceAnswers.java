package io.ringtail.sampler;

import io.grpc.Status;
import io.ringtail.admin.v1.TraceAtNode;
import io.ringtail.admin.v1.TraceState;
import io.ringtail.admin.v1.TracesAtNode;
import io.ringtail.link.Header;
import io.ringtail.link.RequestContext;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.sampler.shard.KnownTrace;
import io.ringtail.sampler.shard.ShardSet;
import io.ringtail.trace.TraceId;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a sampler's shards know of a trace, for the admin service. A shard that does not answer
 * within {@value #PATIENCE_MILLIS} ms is not waited for. Threads: any; answers are made on the
 * common pool, not on a shard's thread.
 */
final class TraceAnswers {
  private static final long PATIENCE_MILLIS = 1_000;
  private static final double MILLIS = 1e3;

  /** Headers whose values are nobody's business here. */
  private static final Pattern SECRET =
      Pattern.compile(".*(auth|cookie|token|secret|password|api-?key|credential).*");

  private static final String MASK = "****";

  private final String nodeId;
  private final ShardSet shards;
  private final InstantSource clock;

  TraceAnswers(String nodeId, ShardSet shards, InstantSource clock) {
    this.nodeId = nodeId;
    this.shards = shards;
    this.clock = clock;
  }

  /** Fails with {@code UNAVAILABLE} or {@code DEADLINE_EXCEEDED} if no shard answers. */
  CompletableFuture<TracesAtNode> of(TraceId id) {
    return shards
        .find(id)
        .map(answer -> answer.orTimeout(PATIENCE_MILLIS, TimeUnit.MILLISECONDS))
        .map(answer -> answer.handleAsync(this::told))
        .orElseGet(
            () ->
                CompletableFuture.failedFuture(
                    Status.UNAVAILABLE
                        .withDescription("its shards do not keep up with questions for traces")
                        .asRuntimeException()));
  }

  private TracesAtNode told(List<KnownTrace> found, @Nullable Throwable failure) {
    if (failure instanceof TimeoutException) {
      throw Status.DEADLINE_EXCEEDED
          .withDescription("the trace's shard did not answer within " + PATIENCE_MILLIS + " ms")
          .asRuntimeException();
    }
    if (failure != null) {
      boolean ended = failure.getCause() instanceof CancellationException;
      throw Status.UNAVAILABLE
          .withDescription(ended ? nodeId + " ends" : "the trace's shard has failed: see its log")
          .withCause(failure)
          .asRuntimeException();
    }
    TracesAtNode.Builder all =
        TracesAtNode.newBuilder()
            .setKeptCacheSeconds(shards.keptCoveredMillis() / MILLIS)
            .setDroppedCacheSeconds(shards.droppedCoveredMillis() / MILLIS);
    found.forEach(known -> all.addFound(told(known)));
    return all.build();
  }

  private TraceAtNode told(KnownTrace known) {
    TraceAtNode.Builder told =
        TraceAtNode.newBuilder()
            .setNodeId(nodeId)
            .setState(state(known.state()))
            .putAllContext(headers(known.context()))
            .setSpans(known.spans())
            .setBytes(known.bytes())
            .setAgeSeconds(known.ageMillis() / MILLIS)
            .setDueInSeconds(known.dueInMillis() / MILLIS)
            .setWaitsFor(known.waitsFor())
            .setPolicy(known.policy());
    if (known.decidedMillisAgo() >= 0) {
      told.setDecidedAtMs(clock.millis() - known.decidedMillisAgo());
    }
    return told.build();
  }

  private static TraceState state(KnownTrace.State state) {
    return switch (state) {
      case OPEN -> TraceState.OPEN;
      case KEPT -> TraceState.KEPT;
      case DROPPED -> TraceState.DROPPED;
    };
  }

  private static Map<String, String> headers(Header context) {
    try {
      Map<String, String> headers = RequestContext.headers(context);
      headers.replaceAll((name, value) -> SECRET.matcher(name).matches() ? MASK : value);
      return headers;
    } catch (MalformedWireException e) {
      throw new CompletionException("a context that was read once", e);
    }
  }
}
