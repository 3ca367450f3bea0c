package io.ringtail.sampler.shard;

import com.google.protobuf.InvalidProtocolBufferException;
import io.netty.buffer.ByteBufUtil;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.TracesData;
import io.ringtail.link.Header;
import io.ringtail.sampler.export.ExportQueue;
import io.ringtail.sampler.export.KeptTrace;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** An export queue that decodes what it takes, releases it and can be full. */
final class FakeExports implements ExportQueue {
  record Exported(
      long traceIdHi,
      long traceIdLo,
      Header context,
      TracesData data,
      int spanCount,
      String policy) {

    List<Span> spans() {
      List<Span> spans = new ArrayList<>();
      for (ResourceSpans resource : data.getResourceSpansList()) {
        for (ScopeSpans scope : resource.getScopeSpansList()) {
          spans.addAll(scope.getSpansList());
        }
      }
      return spans;
    }
  }

  final List<Exported> taken = new CopyOnWriteArrayList<>();
  volatile int room = Integer.MAX_VALUE;
  volatile int offers;
  volatile boolean broken;
  volatile boolean outOfMemory;
  final List<KeptTrace> unanswered = new CopyOnWriteArrayList<>();

  /** Whether it takes traces and does not answer before {@link #answerAll}. */
  volatile boolean silent;

  @Override
  public synchronized boolean offer(KeptTrace trace) {
    offers++;
    if (broken) {
      throw new IllegalStateException("broken");
    }
    if (outOfMemory) {
      throw new OutOfMemoryError("direct");
    }
    if (room == 0) {
      return false;
    }
    room--;
    try {
      TracesData data = TracesData.parseFrom(ByteBufUtil.getBytes(trace.resourceSpans()));
      taken.add(
          new Exported(
              trace.traceIdHi(),
              trace.traceIdLo(),
              trace.context(),
              data,
              trace.spanCount(),
              trace.policy()));
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    } finally {
      trace.resourceSpans().release();
    }
    unanswered.add(trace);
    if (!silent) {
      answerAll();
    }
    return true;
  }

  void answerAll() {
    List<KeptTrace> all = List.copyOf(unanswered);
    unanswered.clear();
    all.forEach(trace -> trace.onAnswered().onAnswered(trace, KeptTrace.Answer.ACCEPTED));
  }
}
