package io.ringtail.sampler.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.proto.trace.v1.Span;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ShardTest {
  private ShardHarness shards = ShardHarness.of(ShardHarness.ERRORS);

  @AfterEach
  void everySpanIsAccountedFor() {
    shards.assertAccounted();
  }

  @Test
  void trace_withError_isKeptWholeAtItsDeadline() {
    Span.Builder first = Spans.span(1, 1);
    Span.Builder second = Spans.error(1, 2);
    shards.take(first, Spans.span(2, 3));
    shards.advanceMillis(500);
    shards.take(second);
    shards.advanceMillis(499);
    assertThat(shards.exports.taken).isEmpty();

    shards.advanceMillis(1 + TimerWheel.TICK_MILLIS);

    assertThat(shards.exports.taken).hasSize(1);
    FakeExports.Exported kept = shards.exports.taken.get(0);
    assertThat(kept.spans()).containsExactly(first.build(), second.build());
    assertThat(kept.policy()).isEqualTo("errors");
    assertThat(shards.set.metrics().droppedSpans(DropReason.NOT_SAMPLED)).isEqualTo(1);
    assertThat(shards.set.heldSpans()).isZero();
  }
}
