package io.ringtail.sampler.export;

import com.google.protobuf.ByteString;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.TracesData;
import io.ringtail.link.Header;
import io.ringtail.link.RequestContext;
import io.ringtail.sampler.export.KeptTrace.Answer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Makes kept traces and remembers what was answered. Threads: any. */
final class Kept implements KeptTrace.OnAnswered {
  static final Header TENANT = RequestContext.of(Map.of("X-Scope-OrgID", "t1"));

  private final List<ByteBuf> buffers = new ArrayList<>();
  private final Map<Long, List<Answer>> answers = new HashMap<>();
  private final Set<Long> unwanted = ConcurrentHashMap.newKeySet();
  private int answered;

  /** Another sampler sends it: it is wanted no longer. */
  void handOver(long id) {
    unwanted.add(id);
  }

  KeptTrace trace(long id, int spans) {
    return trace(id, spans, Header.EMPTY);
  }

  KeptTrace trace(long id, int spans, Header context) {
    return trace(id, spans, context, encoded(id, spans));
  }

  synchronized KeptTrace trace(long id, int spans, Header context, byte[] encoded) {
    ByteBuf bytes = Unpooled.wrappedBuffer(encoded);
    buffers.add(bytes);
    KeptTrace.OnAnswered told =
        new KeptTrace.OnAnswered() {
          @Override
          public void onAnswered(KeptTrace trace, Answer answer) {
            Kept.this.onAnswered(trace, answer);
          }

          @Override
          public boolean isWanted() {
            return !unwanted.contains(id);
          }
        };
    return new KeptTrace(0, id, context, bytes, spans, "policy", told);
  }

  static byte[] encoded(long id, int spans) {
    ScopeSpans.Builder scope = ScopeSpans.newBuilder();
    for (int i = 0; i < spans; i++) {
      scope.addSpans(
          Span.newBuilder()
              .setTraceId(ByteString.fromHex(String.format("%032x", id)))
              .setSpanId(ByteString.fromHex(String.format("%016x", i + 1)))
              .setName("span"));
    }
    return TracesData.newBuilder()
        .addResourceSpans(ResourceSpans.newBuilder().addScopeSpans(scope))
        .build()
        .toByteArray();
  }

  @Override
  public synchronized void onAnswered(KeptTrace trace, Answer answer) {
    answers.computeIfAbsent(trace.traceIdLo(), id -> new ArrayList<>()).add(answer);
    answered++;
  }

  synchronized int answered() {
    return answered;
  }

  synchronized List<Answer> answersTo(long id) {
    return answers.getOrDefault(id, List.of());
  }

  /** Whether no trace was answered twice. */
  synchronized boolean answeredOnce() {
    return answers.values().stream().allMatch(a -> a.size() == 1);
  }

  /** Whether nobody holds a buffer any more. */
  synchronized boolean allReleased() {
    return buffers.stream().allMatch(b -> b.refCnt() == 0);
  }
}
