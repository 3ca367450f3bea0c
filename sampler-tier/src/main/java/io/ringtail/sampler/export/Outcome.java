package io.ringtail.sampler.export;

import io.ringtail.sampler.export.KeptTrace.Answer;
import io.ringtail.sampler.export.send.SendResult;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of the traces of a request in the end: counted, the first loss of a kind said, and
 * told to who offered them. Threads: the destination's.
 */
final class Outcome {
  private static final Logger log = LoggerFactory.getLogger(Outcome.class);

  private final String destination;
  private final Backlog backlog;
  private final @Nullable Spool spool;
  private final ExportMetrics metrics;
  private final Set<ExportLoss> told = EnumSet.noneOf(ExportLoss.class);

  Outcome(String destination, Backlog backlog, @Nullable Spool spool, ExportMetrics metrics) {
    this.destination = destination;
    this.backlog = backlog;
    this.spool = spool;
    this.metrics = metrics;
  }

  void accepted(Batch batch, SendResult.Accepted accepted) {
    long rejected = Math.max(0, Math.min(accepted.rejectedSpans(), batch.spanCount()));
    metrics.sentSpans.inc(batch.spanCount() - rejected);
    metrics.sentBytes.inc(batch.length());
    if (rejected > 0) {
      metrics.lostSpans(ExportLoss.PARTIAL_SUCCESS).inc(rejected);
    }
    if (rejected > 0 || !accepted.message().isEmpty()) {
      tellOnce(ExportLoss.PARTIAL_SUCCESS, rejected, accepted.message());
    }
    answer(batch, Answer.ACCEPTED);
  }

  void lost(Batch batch, ExportLoss reason, String why) {
    metrics.lostSpans(reason).inc(batch.spanCount());
    tellOnce(reason, batch.spanCount(), why);
    answer(batch, Answer.REJECTED);
  }

  /** Logs the first loss of a kind; the counter tells the rest. */
  private void tellOnce(ExportLoss reason, long spans, String why) {
    if (told.add(reason)) {
      log.warn(
          "export lost spans destination={} reason={} spans={} why=\"{}\" (first of its kind, later"
              + " ones are only counted)",
          destination,
          reason.label(),
          spans,
          why);
    }
  }

  /**
   * Leaves out what another sampler sends now.
   *
   * @return what is left of it
   */
  Batch wanted(Batch batch) {
    if (!batch.hasUnwanted()) {
      return batch;
    }
    Batch unwanted = new Batch(batch.context(), batch.openedNanos(), 0);
    Batch wanted = batch.divide(unwanted);
    metrics.lostSpans(ExportLoss.HANDED_OVER).inc(unwanted.spanCount());
    answer(unwanted, Answer.REJECTED);
    return wanted;
  }

  /** It is on disk now: that is as good as sent to who offered it. */
  void spooled(Batch batch) {
    answer(batch, Answer.ACCEPTED);
  }

  private void answer(Batch batch, Answer answer) {
    if (batch.stored != null && spool != null) {
      spool.answered(batch.stored, batch.spanCount());
    } else {
      backlog.answered(batch.spanCount());
    }
    for (KeptTrace trace : batch.traces()) {
      trace.onAnswered().onAnswered(trace, answer);
    }
    backlog.addBytes(-batch.costBytes());
  }
}
