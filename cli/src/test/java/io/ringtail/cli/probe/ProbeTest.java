package io.ringtail.cli.probe;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.ringtail.cli.send.Answer;
import io.ringtail.cli.send.Deliveries;
import io.ringtail.cli.send.FakeTiming;
import io.ringtail.cli.send.RetryPolicy;
import io.ringtail.cli.send.Sender;
import io.ringtail.otlp.MalformedWireException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The probe against made-up samplers, on a clock of the test's own. */
class ProbeTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long WALL = 1_700_000_000L * SECOND;

  private final FakeTiming timing = new FakeTiming();
  private final Arrivals arrivals = new Arrivals();
  private boolean allowPieces;
  private int traces = 5;

  private ProbeResult run(Sender... senders) throws Exception {
    return probe(senders).run();
  }

  private Probe probe(Sender... senders) {
    ProbePlan plan =
        new ProbePlan(
            traces,
            8,
            Duration.ofSeconds(3),
            Duration.ofSeconds(20),
            Duration.ofSeconds(1),
            allowPieces,
            List.of());
    RetryPolicy retries =
        new RetryPolicy(2, Duration.ofSeconds(9), Duration.ofMillis(9), Duration.ofMillis(9));
    Probe.Means means =
        new Probe.Means(
            List.of(senders),
            IntStream.range(0, senders.length).mapToObj(i -> "end-" + i).toList(),
            new Deliveries.Terms(100, retries, Duration.ofSeconds(5)),
            timing,
            () -> WALL + timing.nanos(),
            new Random(4),
            () -> false);
    return new Probe(plan, means, arrivals);
  }

  @Test
  void sampler_keepsAll_everyTraceWholeInTime() throws Exception {
    Sampler sampler = new Sampler(UnaryOperator.identity());
    ProbeResult result = run(sampler.connection(), sampler.connection(), sampler.connection());

    assertThat(result.isFine()).as(ProbeReport.json(result)).isTrue();
    assertThat(result.verdicts())
        .hasSize(5)
        .allSatisfy(
            verdict -> {
              assertThat(verdict.arrived()).isEqualTo(8);
              // decided 5 s after the first span, which is 2 s after the last
              assertThat(verdict.untilWholeNanos()).isEqualTo(2 * SECOND);
            });
    assertThat(ProbeReport.text(result, "20s"))
        .contains("  ok       8 of 8 spans, whole after 2.0 s")
        .contains(": 5 of 5 traces whole, once and in time; 0 spans of others passed by");
    assertThat(ProbeReport.json(result))
        .contains("\"ok\":true", "\"problems\":[]", "\"seconds_until_whole\":2.0");
  }

  @Test
  void spans_ofEveryTrace_goOverAllConnectionsAndThreeSeconds() throws Exception {
    Sampler sampler = new Sampler(UnaryOperator.identity());
    traces = 4; // as many as connections: taken in turn each trace would have one of its own
    run(sampler.connection(), sampler.connection(), sampler.connection(), sampler.connection());
    assertThat(sampler.connectionsByTrace.values())
        .hasSize(4)
        .allSatisfy(used -> assertThat(used.stream().distinct()).hasSize(4));
    assertThat(sampler.times).startsWith(0L).endsWith(3 * SECOND);
  }

  @Test
  void span_lostBehindTheSampler_namedWithItsTrace() throws Exception {
    Sampler sampler = new Sampler(kept -> without(kept, "probe-5"));
    ProbeResult result = run(sampler.connection());

    assertThat(result.isFine()).isFalse();
    Verdict verdict = result.verdicts().get(0);
    assertThat(verdict.problems()).containsExactly(Problem.MISSING);
    assertThat(verdict.missing()).hasSize(1);
    assertThat(verdict.missing().get(0).told()).matches("probe-5 \\([0-9a-f]{16}\\)");
    String text = ProbeReport.text(result, "20s");
    assertThat(text)
        .contains(verdict.id() + "  PROBLEM  7 of 8 spans: missing")
        .contains("missing: " + verdict.missing().get(0).told() + ", sent to end-0");
    assertThat(ProbeReport.json(result))
        .contains("\"problems\":[\"missing\"]", "\"arrived\":7", "\"seconds_until_whole\":null")
        .contains("\"missing\":[{\"span\":\"probe-5 (");
    // it was waited for: from the last span, at 3 s, for 20 s
    assertThat(timing.nanos()).isBetween(23 * SECOND, 24 * SECOND);
  }

  @Test
  void policy_dropsAll_saidToBeNothingAtAll() throws Exception {
    ProbeResult result = run(new Sampler(kept -> List.of()).connection());
    assertThat(result.verdicts().get(0).problems()).containsExactly(Problem.MISSING);
    assertThat(ProbeReport.text(result, "20s"))
        .contains("missing: nothing of it came within 20s: no policy kept it");
  }

  @Test
  void samplers_thatDoNotKnowEachOther_foundByPieces() throws Exception {
    Sampler one = new Sampler(UnaryOperator.identity());
    Sampler two = new Sampler(UnaryOperator.identity());
    ProbeResult result = run(one.connection(), two.connection());

    assertThat(result.verdicts())
        .allSatisfy(
            verdict -> {
              assertThat(verdict.problems()).containsExactly(Problem.PIECES);
              assertThat(verdict.pieces()).isEqualTo(2);
            });
    assertThat(ProbeReport.text(result, "20s"))
        .contains("pieces: came in 2 pieces, 0.4 s apart: samplers that do not know each other");
    assertThat(ProbeReport.json(result)).contains("\"pieces\":2,\"pieces_apart_seconds\":0.429");
  }

  @Test
  void samplers_thatDoNotKnowEachOtherAndKeepErrors_foundByWhatIsMissing() throws Exception {
    UnaryOperator<List<ResourceSpans>> errors =
        kept -> kept.stream().anyMatch(ProbeTest::isError) ? kept : List.of();
    ProbeResult result = run(new Sampler(errors).connection(), new Sampler(errors).connection());

    assertThat(result.verdicts())
        .allSatisfy(
            verdict -> {
              assertThat(verdict.problems()).containsExactly(Problem.MISSING);
              assertThat(verdict.missing()).hasSize(4);
            });
    assertThat(ProbeReport.text(result, "20s"))
        .containsPattern("all that is missing was sent to end-[01]: is it one cluster with the");
  }

  @Test
  void pieces_allowed_noProblem() throws Exception {
    allowPieces = true;
    ProbeResult result =
        run(
            new Sampler(UnaryOperator.identity()).connection(),
            new Sampler(UnaryOperator.identity()).connection());
    assertThat(result.isFine()).isTrue();
  }

  @Test
  void spans_comingTwice_named() throws Exception {
    Sampler sampler =
        new Sampler(
            kept -> {
              List<ResourceSpans> more = new ArrayList<>(kept);
              more.add(kept.get(2));
              return more;
            });
    ProbeResult result = run(sampler.connection());
    assertThat(result.verdicts().get(0).problems()).containsExactly(Problem.TWICE);
    assertThat(ProbeReport.text(result, "20s")).containsPattern("twice: probe-3 .* came 2 times");
  }

  @Test
  void trace_comingOnceMoreWhileSettling_foundTwiceAndInPieces() throws Exception {
    Sampler sampler = new Sampler(UnaryOperator.identity());
    sampler.again = SECOND / 2;
    ProbeResult result = run(sampler.connection());
    assertThat(result.verdicts().get(0).problems()).containsExactly(Problem.TWICE, Problem.PIECES);
  }

  @Test
  void trace_comingOnceMoreAfterTheVerdict_countedLate() throws Exception {
    Sampler sampler = new Sampler(UnaryOperator.identity());
    sampler.again = 5 * SECOND;
    Probe probe = probe(sampler.connection());
    assertThat(probe.run().isFine()).isTrue();
    assertThat(probe.lateSpans()).isZero();
    timing.sleep(10 * SECOND);
    assertThat(probe.lateSpans()).isEqualTo(40);
    assertThat(arrivals.foreignSpans()).isZero();
  }

  @Test
  void span_changedOnItsWay_namedWithWhat() throws Exception {
    ProbeResult result =
        run(new Sampler(kept -> kept.stream().map(this::changed).toList()).connection());
    Verdict verdict = result.verdicts().get(0);
    assertThat(verdict.problems()).containsExactly(Problem.CHANGED);
    assertThat(verdict.changed()).hasSize(1);
    assertThat(verdict.changed().get(0).what())
        .containsExactly("name", "status", "attributes.ringtail.probe", "resource.service.name");
    assertThat(ProbeReport.text(result, "20s"))
        .containsPattern("changed: probe-4 .*: name, status, attributes.ringtail.probe, resource.");
  }

  /** Of the span with the error: other name, other status, less attributes, one more. */
  private ResourceSpans changed(ResourceSpans sent) {
    if (!isError(sent)) {
      return sent;
    }
    ResourceSpans.Builder changed = sent.toBuilder();
    changed.getResourceBuilder().clearAttributes();
    changed
        .getScopeSpansBuilder(0)
        .getSpansBuilder(0)
        .setName("other")
        .clearStatus()
        .removeAttributes(0)
        .addAttributes(
            KeyValue.newBuilder().setKey("added").setValue(AnyValue.newBuilder().setIntValue(1)));
    return changed.build();
  }

  @Test
  void span_thatWasNotSent_named() throws Exception {
    Sampler sampler =
        new Sampler(
            kept -> {
              List<ResourceSpans> more = new ArrayList<>(kept);
              ResourceSpans.Builder strange = kept.get(0).toBuilder();
              strange
                  .getScopeSpansBuilder(0)
                  .getSpansBuilder(0)
                  .setName("strange")
                  .setSpanId(com.google.protobuf.ByteString.copyFromUtf8("01234567"));
              more.add(strange.build());
              return more;
            });
    ProbeResult result = run(sampler.connection());
    assertThat(result.verdicts().get(0).problems()).containsExactly(Problem.UNKNOWN);
    assertThat(ProbeReport.text(result, "20s"))
        .contains("unknown: strange (3031323334353637) came and was not sent");
  }

  @Test
  void span_refusedForGood_toldWithTheReasonAndNotMissing() throws Exception {
    Sampler sampler = new Sampler(UnaryOperator.identity());
    sampler.refuse = "probe-3";
    ProbeResult result = run(sampler.connection());
    Verdict verdict = result.verdicts().get(0);
    assertThat(verdict.problems()).containsExactly(Problem.REFUSED);
    assertThat(ProbeReport.text(result, "20s"))
        .containsPattern("refused: probe-3 .* at end-0: too large");
    assertThat(timing.nanos()).as("nothing to wait for").isLessThan(7 * SECOND);
  }

  @Test
  void endpoint_notThere_notReached() throws Exception {
    Sender nobody =
        new FakeSender() {
          @Override
          public void send(byte[] body, Consumer<Answer> whenAnswered) {
            timing.later(
                SECOND,
                () -> whenAnswered.accept(new Answer.NoAnswer("connection refused", false)));
          }
        };
    ProbeResult result = run(nobody);
    assertThat(result.reached()).isFalse();
    assertThat(result.isFine()).isFalse();
    assertThat(ProbeReport.json(result)).contains("\"reached\":false", "\"traces\":[]");
  }

  @Test
  void spansOfOthers_any_countedAndIgnored() throws Exception {
    Sampler sampler = new Sampler(UnaryOperator.identity());
    sampler.strangers = 3;
    ProbeResult result = run(sampler.connection());
    assertThat(result.isFine()).isTrue();
    assertThat(result.foreignSpans()).isEqualTo(5 * 3);
  }

  private static boolean isError(ResourceSpans spans) {
    return span(spans).getStatus().getCode() == Status.StatusCode.STATUS_CODE_ERROR;
  }

  private static Span span(ResourceSpans spans) {
    return spans.getScopeSpans(0).getSpans(0);
  }

  private static List<ResourceSpans> without(List<ResourceSpans> kept, String name) {
    return kept.stream().filter(spans -> !span(spans).getName().equals(name)).toList();
  }

  /** Gathers each trace for 5 s from its first span and exports what its policy leaves of it. */
  private final class Sampler {
    private final UnaryOperator<List<ResourceSpans>> policy;
    private final Map<Object, List<ResourceSpans>> open = new HashMap<>();
    private final Map<Object, List<Integer>> connectionsByTrace = new HashMap<>();
    private final List<Long> times = new ArrayList<>();
    private int connections;
    private String refuse = "";
    private long again;
    private int strangers;

    Sampler(UnaryOperator<List<ResourceSpans>> policy) {
      this.policy = policy;
    }

    Sender connection() {
      int number = connections++;
      return new FakeSender() {
        @Override
        public void send(byte[] body, Consumer<Answer> whenAnswered) {
          take(body, number, whenAnswered);
        }
      };
    }

    private void take(byte[] body, int connection, Consumer<Answer> whenAnswered) {
      ResourceSpans spans = read(body).getResourceSpans(0);
      if (span(spans).getName().equals(refuse)) {
        whenAnswered.accept(new Answer.Refused("too large", false, null));
        return;
      }
      Object trace = span(spans).getTraceId();
      times.add(timing.nanos());
      connectionsByTrace.computeIfAbsent(trace, id -> new ArrayList<>()).add(connection);
      if (!open.containsKey(trace)) {
        open.put(trace, new ArrayList<>());
        timing.later(5 * SECOND, () -> export(open.get(trace)));
        if (again > 0) {
          timing.later(5 * SECOND + again, () -> export(open.get(trace)));
        }
      }
      open.get(trace).add(spans);
      whenAnswered.accept(new Answer.Accepted(0, ""));
    }

    private void export(List<ResourceSpans> trace) {
      ExportTraceServiceRequest.Builder request =
          ExportTraceServiceRequest.newBuilder().addAllResourceSpans(policy.apply(trace));
      for (int i = 0; i < strangers; i++) {
        ResourceSpans.Builder strange = trace.get(0).toBuilder();
        strange
            .getScopeSpansBuilder(0)
            .getSpansBuilder(0)
            .setTraceId(com.google.protobuf.ByteString.copyFrom(new byte[16]));
        request.addResourceSpans(strange);
      }
      byte[] body = request.build().toByteArray();
      try {
        arrivals.accept(body, 0, body.length, timing.nanos());
      } catch (MalformedWireException e) {
        throw new AssertionError(e);
      }
    }

    private ExportTraceServiceRequest read(byte[] body) {
      try {
        return ExportTraceServiceRequest.parseFrom(body);
      } catch (InvalidProtocolBufferException e) {
        throw new AssertionError(e);
      }
    }
  }

  private abstract static class FakeSender implements Sender {
    @Override
    public byte[] encode(byte[] message) {
      return message;
    }

    @Override
    public void close() {}
  }
}
