package io.ringtail.cli.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TrafficTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long EPOCH = 1_700_000_000L * SECOND;

  /** A request as a receiver sees it. */
  private record Seen(long dueNanos, String service, List<Span> spans) {}

  private static LoadPlan plan(Range spans, double rate, long rampNanos, double errors) {
    TraceShape shape = new TraceShape(spans, 4, SECOND / 2, 3, 500, errors);
    return new LoadPlan(shape, rate, rampNanos, 4 * SECOND, 64, SECOND / 5, 11);
  }

  private static List<Seen> all(Traffic traffic) throws InvalidProtocolBufferException {
    List<Seen> seen = new ArrayList<>();
    for (Optional<Traffic.Due> next = traffic.next(); next.isPresent(); next = traffic.next()) {
      Traffic.Due due = next.get();
      ExportTraceServiceRequest request = ExportTraceServiceRequest.parseFrom(due.body());
      assertThat(request.getResourceSpansCount()).isEqualTo(1);
      ResourceSpans resource = request.getResourceSpans(0);
      assertThat(resource.getScopeSpansCount()).isEqualTo(1);
      String service = resource.getResource().getAttributes(0).getValue().getStringValue();
      seen.add(new Seen(due.dueNanos(), service, resource.getScopeSpans(0).getSpansList()));
      assertThat(due.spanCount()).isEqualTo(resource.getScopeSpans(0).getSpansCount());
    }
    return seen;
  }

  private static Map<ByteString, List<Span>> byTrace(List<Seen> seen) {
    Map<ByteString, List<Span>> traces = new HashMap<>();
    for (Seen request : seen) {
      request
          .spans()
          .forEach(s -> traces.computeIfAbsent(s.getTraceId(), id -> new ArrayList<>()).add(s));
    }
    return traces;
  }

  private static long spans(List<Seen> seen, long from, long to) {
    return seen.stream()
        .filter(request -> request.dueNanos() >= from && request.dueNanos() < to)
        .mapToLong(request -> request.spans().size())
        .sum();
  }

  @Test
  void traces_all_wholeAndNested() throws Exception {
    Traffic traffic = new Traffic(plan(new Range(1, 30), 2000, 0, 0.5), EPOCH, 5);
    long planned = traffic.plannedSpans();
    List<Seen> seen = all(traffic);
    Map<ByteString, List<Span>> traces = byTrace(seen);

    assertThat(traces).hasSize((int) traffic.startedTraces());
    assertThat(spans(seen, 0, Long.MAX_VALUE)).isEqualTo(planned);
    assertThat(traffic.plannedSpans()).isEqualTo(planned);
    int failing = 0;
    for (List<Span> trace : traces.values()) {
      assertWhole(trace);
      failing += errors(trace);
    }
    assertThat(failing / (double) traces.size()).isCloseTo(0.5, within(0.1));
  }

  private static void assertWhole(List<Span> trace) {
    Map<ByteString, Span> byId = new HashMap<>();
    trace.forEach(span -> byId.put(span.getSpanId(), span));
    assertThat(byId).as("span IDs, no two alike").hasSameSizeAs(trace);
    assertThat(trace.stream().filter(span -> span.getParentSpanId().isEmpty())).hasSize(1);
    for (Span span : trace) {
      Span parent = byId.get(span.getParentSpanId());
      assertThat(parent == null).isEqualTo(span.getParentSpanId().isEmpty());
      if (parent != null) {
        assertThat(span.getStartTimeUnixNano())
            .isBetween(parent.getStartTimeUnixNano(), span.getEndTimeUnixNano());
        assertThat(span.getEndTimeUnixNano()).isLessThanOrEqualTo(parent.getEndTimeUnixNano());
      }
    }
  }

  private static int errors(List<Span> trace) {
    long errors =
        trace.stream()
            .filter(s -> s.getStatus().getCode() == Status.StatusCode.STATUS_CODE_ERROR)
            .count();
    assertThat(errors).isBetween(0L, 1L);
    return (int) errors;
  }

  @Test
  void requests_all_dueInOrderAfterTheirSpansEndAndWithinLinger() throws Exception {
    LoadPlan plan = plan(new Range(20, 20), 3000, 0, 0);
    long before = 0;
    long tick = 1_000_000;
    for (Seen request : all(new Traffic(plan, EPOCH, 5))) {
      assertThat(request.dueNanos()).isGreaterThanOrEqualTo(before);
      assertThat(request.spans()).hasSizeBetween(1, 64);
      for (Span span : request.spans()) {
        assertThat(request.dueNanos() - (span.getEndTimeUnixNano() - EPOCH))
            .isBetween(0L, plan.lingerNanos() + 2 * tick);
      }
      before = request.dueNanos();
    }
    assertThat(before).isLessThanOrEqualTo(plan.endNanos());
  }

  @Test
  void trace_ofManySpans_comesInSeveralRequestsBesideOthers() throws Exception {
    List<Seen> seen = all(new Traffic(plan(new Range(20, 20), 3000, 0, 0), EPOCH, 5));
    Map<ByteString, Set<Integer>> requests = new HashMap<>();
    for (int i = 0; i < seen.size(); i++) {
      for (Span span : seen.get(i).spans()) {
        requests.computeIfAbsent(span.getTraceId(), id -> new HashSet<>()).add(i);
      }
    }
    assertThat(requests.values()).allSatisfy(of -> assertThat(of).hasSizeGreaterThan(2));
    assertThat(seen.stream().filter(r -> byTrace(List.of(r)).size() > 1))
        .hasSizeGreaterThan(seen.size() / 2);
    assertThat(seen.stream().map(Seen::service).distinct())
        .containsExactlyInAnyOrder("load-0", "load-1", "load-2");
  }

  @Test
  void rate_onceFull_asWanted() throws Exception {
    LoadPlan plan = plan(new Range(5, 15), 10_000, 2 * SECOND, 0);
    List<Seen> seen = all(new Traffic(plan, EPOCH, 5));
    double full = spans(seen, plan.fullRateFromNanos(), plan.startsEndNanos());
    assertThat(full / 4).isCloseTo(10_000, within(300.0));
    // a quarter of the ramp's spans start in its first half, and end within half a second
    assertThat(spans(seen, 0, SECOND)).isBetween(500L, 2500L);
  }

  @Test
  void spans_encoded_haveAboutTheWantedSize() throws Exception {
    for (int bytes : new int[] {300, 500, 1000, 5000}) {
      TraceShape shape = new TraceShape(new Range(4, 4), 3, SECOND / 10, 2, bytes, 1);
      LoadPlan plan = new LoadPlan(shape, 100, 0, SECOND, 10, SECOND / 10, 1);
      for (Seen request : all(new Traffic(plan, EPOCH, 1))) {
        for (Span span : request.spans()) {
          assertThat(span.getSerializedSize()).isBetween(bytes - 25, bytes);
        }
      }
    }
  }

  @Test
  void seed_same_sameShapesWithOtherIds() throws Exception {
    LoadPlan plan = plan(new Range(1, 9), 500, 0, 0.1);
    List<Seen> one = all(new Traffic(plan, EPOCH, 1));
    List<Seen> two = all(new Traffic(plan, EPOCH, 2));
    assertThat(two.stream().map(Seen::dueNanos)).containsExactlyElementsOf(dues(one));
    assertThat(byTrace(two).keySet()).doesNotContainAnyElementsOf(byTrace(one).keySet());
    assertThat(byTrace(two)).hasSameSizeAs(byTrace(one));
  }

  private static List<Long> dues(List<Seen> seen) {
    return seen.stream().map(Seen::dueNanos).toList();
  }
}
