package io.ringtail.sampler.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.proto.trace.v1.Span;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;

/** Moves of slots between three samplers that exchange what they say in memory. */
abstract class OverThreeSamplers {
  static final String TWO_SHARDS = "{shards: 2, max-buffered-bytes: 32MiB}";
  static final int TRACES = 400;
  Samplers samplers = new Samplers(TWO_SHARDS, ShardHarness.ERRORS);
  Samplers.One a = samplers.add("a");
  Samplers.One b = samplers.add("b");
  Samplers.One c = samplers.add("c");

  @AfterEach
  void everySpanIsAccountedFor() throws InterruptedException {
    samplers.close();
  }

  void use(Samplers others) {
    samplers = others;
    a = samplers.add("a");
    b = samplers.add("b");
    c = samplers.add("c");
  }

  void epoch(long number, String... owners) {
    samplers.all().forEach(one -> one.epoch(number, owners));
    samplers.work();
  }

  /** The first spans of all traces, to a, who owns everything. */
  void firstSpans() {
    epoch(1, "a");
    for (long trace = 0; trace < TRACES; trace++) {
      a.take(trace % 2 == 0 ? Spans.error(trace, 1) : Spans.span(trace, 1));
    }
  }

  void spans(long id) {
    for (long trace = 0; trace < TRACES; trace++) {
      owner(trace).take(Spans.span(trace, id));
    }
  }

  Samplers.One owner(long trace) {
    return samplers.all().stream().filter(one -> one.owns(trace)).findFirst().orElseThrow();
  }

  /** Each even trace was exported whole, by one sampler; the odd ones by none. */
  void assertWhole(int spansOfEach) {
    samplers.assertNothingForeign();
    Map<Long, List<List<Span>>> exported = new HashMap<>();
    for (Samplers.One one : samplers.all()) {
      one.exported()
          .forEach((id, spans) -> exported.computeIfAbsent(id, i -> new ArrayList<>()).add(spans));
    }
    assertThat(exported).hasSize(TRACES / 2);
    exported.forEach(
        (id, by) -> {
          assertThat(id % 2).isZero();
          assertThat(by).hasSize(1);
          assertThat(by.get(0)).doesNotHaveDuplicates().hasSize(spansOfEach);
        });
  }
}
