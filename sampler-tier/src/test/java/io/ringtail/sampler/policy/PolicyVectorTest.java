package io.ringtail.sampler.policy;

import static io.ringtail.sampler.policy.TraceFixture.SECOND;
import static io.ringtail.sampler.policy.TraceFixture.bool;
import static io.ringtail.sampler.policy.TraceFixture.floating;
import static io.ringtail.sampler.policy.TraceFixture.integer;
import static io.ringtail.sampler.policy.TraceFixture.string;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.opentelemetry.proto.trace.v1.Status.StatusCode;
import org.junit.jupiter.api.Test;

/**
 * The reference's test vectors (L latency, N numeric, B boolean, S string, C status, F flags, K
 * count, A combinators, Z final decision), each under the policy as a Collector config writes it.
 */
class PolicyVectorTest {
  private static final long MILLI = 1_000_000;

  private static TraceFixture policy(String type, String settings) {
    return TraceFixture.under(entry("p", type, settings));
  }

  private static String entry(String name, String type, String settings) {
    return "  - { name: " + name + ", type: " + type + ", " + type + ": {" + settings + "} }\n";
  }

  private static Span.Builder status(StatusCode code) {
    return Span.newBuilder().setStatus(Status.newBuilder().setCode(code).setMessage("m"));
  }

  private static String latency(String settings, long nanos) {
    return policy("latency", settings).span(0, nanos).vote();
  }

  @Test
  void latency_L1toL7_wholeMillisecondsAboveTheThreshold() {
    assertThat(latency("threshold_ms: 5000", 4500 * MILLI)).isEqualTo("N");
    assertThat(latency("threshold_ms: 5000", 5000 * MILLI)).isEqualTo("N");
    assertThat(latency("threshold_ms: 5000", 5000 * MILLI + 999_000)).isEqualTo("N");
    assertThat(latency("threshold_ms: 5000", 5001 * MILLI)).isEqualTo("S");
    String both = "threshold_ms: 5000, upper_threshold_ms: 10000";
    assertThat(latency(both, 5000 * MILLI)).isEqualTo("N");
    assertThat(latency(both, 5001 * MILLI)).isEqualTo("S");
    assertThat(latency(both, 10_000 * MILLI + 900_000)).isEqualTo("S");
    assertThat(latency(both, 10_001 * MILLI)).isEqualTo("N");
  }

  @Test
  void latency_L8L9_durationOfTheWholeTraceInAnyOrder() {
    String settings = "threshold_ms: 0, upper_threshold_ms: 50";
    TraceFixture childFirst = policy("latency", settings).span(0, 10 * MILLI);
    assertThat(childFirst.vote()).isEqualTo("S");
    assertThat(childFirst.span(0, 200 * MILLI).vote()).isEqualTo("N");
    assertThat(policy("latency", settings).span(0, 200 * MILLI).span(0, 10 * MILLI).vote())
        .isEqualTo("N");
  }

  @Test
  void latency_startsUnset_passedOver() {
    TraceFixture trace = policy("latency", "threshold_ms: 1000").span(0, SECOND / 2);
    assertThat(trace.span(Span.newBuilder()).vote()).isEqualTo("N");
  }

  private static final String INT32 = "key: example, min_value: -2147483648, max_value: 2147483647";

  private static String numeric(String settings, KeyValue attribute) {
    return policy("numeric_attribute", settings).span(attribute).vote();
  }

  @Test
  void numeric_N1toN7_inclusiveBoundsOfSpanOrResource() {
    long min = Integer.MIN_VALUE;
    long max = Integer.MAX_VALUE;
    assertThat(numeric(INT32, integer("other", 1))).isEqualTo("N");
    assertThat(numeric(INT32, integer("example", min))).isEqualTo("S");
    assertThat(numeric(INT32, integer("example", max))).isEqualTo("S");
    assertThat(numeric(INT32, integer("example", max + 1))).isEqualTo("N");
    String inverted = INT32 + ", invert_match: true";
    assertThat(numeric(inverted, integer("other", 1))).isEqualTo("S");
    assertThat(numeric(inverted, integer("example", min))).isEqualTo("N");
    assertThat(policy("numeric_attribute", INT32).resource(integer("example", 3)).spans(1).vote())
        .isEqualTo("S");
  }

  @Test
  void numeric_N10N11_zeroIsNoBoundAndOnlyNumbersMatch() {
    assertThat(numeric("key: k, min_value: 0, max_value: 100", integer("k", -5))).isEqualTo("S");
    String around = "key: k, min_value: -10, max_value: 10";
    assertThat(numeric(around, string("k", "500"))).isEqualTo("N");
    assertThat(numeric(around, floating("k", 9.5))).isEqualTo("S");
    assertThat(numeric(around, floating("k", 10.5))).isEqualTo("N");
    assertThat(numeric(around, floating("k", Double.NaN))).isEqualTo("N");
    assertThat(numeric("key: k, max_value: 10", floating("k", -1e30))).isEqualTo("S");
  }

  @Test
  void boolean_B1B3_exactValueAndOnlyBooleans() {
    assertThat(policy("boolean_attribute", "key: k, value: true").span(bool("k", true)).vote())
        .isEqualTo("S");
    assertThat(
            policy("boolean_attribute", "key: k, value: true, invert_match: true")
                .span(bool("k", false))
                .span(bool("k", true))
                .vote())
        .isEqualTo("N");
    assertThat(policy("boolean_attribute", "key: k, value: false").span(string("k", "x")).vote())
        .isEqualTo("N");
    assertThat(policy("boolean_attribute", "key: k, value: false").span(bool("k", false)).vote())
        .isEqualTo("S");
  }

  private static TraceFixture exact(String more) {
    return policy("string_attribute", "key: example, values: [value]" + more);
  }

  @Test
  void string_S1S2S4_exactOnResourceOrSpan() {
    assertThat(exact("").resource(string("example", "value")).spans(1).vote()).isEqualTo("S");
    assertThat(exact("").resource(string("other", "value")).spans(1).vote()).isEqualTo("N");
    assertThat(exact("").span(string("example", "value")).vote()).isEqualTo("S");
    assertThat(exact("").span(string("example", "values")).vote()).isEqualTo("N");
    assertThat(exact("").span(string("exampla", "value")).vote()).isEqualTo("N");
    assertThat(policy("string_attribute", "key: k, values: []").span(string("k", "")).vote())
        .isEqualTo("N");
    assertThat(policy("string_attribute", "key: k, values: ['']").span(string("k", "")).vote())
        .isEqualTo("N");
  }

  private static TraceFixture regex(String settings) {
    return policy("string_attribute", "enabled_regex_matching: true, key: k, " + settings);
  }

  @Test
  void string_S5S7_patternIsSearchedFor() {
    KeyValue health = string("k", "grpc.health.v1.HealthCheck");
    assertThat(regex("values: ['v[0-9]+.HealthCheck$']").span(health).vote()).isEqualTo("S");
    assertThat(regex("values: ['^v[0-9]']").span(health).vote()).isEqualTo("N");
    assertThat(regex("values: ['nope', 'HEALTH', '(?i)HEALTH']").span(health).vote())
        .isEqualTo("S");
    assertThat(regex("values: []").span(health).vote()).isEqualTo("N");
    assertThat(regex("values: [], invert_match: true").span(health).vote()).isEqualTo("S");
  }

  @Test
  void string_regexOnEmptyValue_matchesOnResourcesOnly() {
    assertThat(regex("values: ['^$']").span(string("k", "")).vote()).isEqualTo("N");
    assertThat(regex("values: ['^$']").span(integer("k", 5)).vote()).isEqualTo("N");
    assertThat(regex("values: ['^$']").resource(string("k", "")).spans(1).vote()).isEqualTo("S");
    assertThat(regex("values: ['^$']").resource(integer("k", 5)).spans(1).vote()).isEqualTo("S");
  }

  @Test
  void string_regexCacheOfOne_answersStayRight() {
    TraceFixture trace = regex("values: ['^a'], cache_max_size: 1");
    for (int i = 0; i < 10; i++) {
      trace.span(string("k", "b" + i)).span(string("k", "b" + i % 2));
    }
    assertThat(trace.vote()).isEqualTo("N");
    assertThat(trace.span(string("k", "ab")).vote()).isEqualTo("S");
    assertThat(regex("values: ['x$']").span(string("k", "y".repeat(5000) + "x")).vote())
        .isEqualTo("S");
  }

  @Test
  void string_S8S9_invertedIsSampledUnlessAnythingMatches() {
    String three = "key: example, values: [first_value, value, last_value], invert_match: true";
    assertThat(
            policy("string_attribute", three).resource(string("example", "value")).spans(1).vote())
        .isEqualTo("N");
    assertThat(policy("string_attribute", three).span(string("example", "other")).vote())
        .isEqualTo("S");
    assertThat(exact(", invert_match: true").spans(1).vote()).isEqualTo("S");
  }

  @Test
  void status_C1_anySpanWithACode() {
    TraceFixture trace = policy("status_code", "status_codes: [ERROR]");
    assertThat(trace.span(status(StatusCode.STATUS_CODE_UNSET)).vote()).isEqualTo("N");
    assertThat(trace.span(status(StatusCode.STATUS_CODE_OK)).vote()).isEqualTo("N");
    assertThat(trace.span(status(StatusCode.STATUS_CODE_ERROR)).vote()).isEqualTo("S");
    assertThat(policy("status_code", "status_codes: [UNSET, OK]").spans(1).vote()).isEqualTo("S");
    assertThat(
            policy("status_code", "status_codes: [UNSET]")
                .span(Span.newBuilder().setStatus(Status.newBuilder().setCodeValue(77)))
                .vote())
        .isEqualTo("N");
  }

  @Test
  void traceFlags_F1F2_sampledBit() {
    assertThat(policy("trace_flags", "").span(Span.newBuilder().setFlags(0x301)).vote())
        .isEqualTo("S");
    assertThat(policy("trace_flags", "").span(Span.newBuilder().setFlags(0x302)).vote())
        .isEqualTo("N");
  }

  @Test
  void spanCount_K1K3_inclusiveBounds() {
    assertThat(policy("span_count", "min_spans: 3").spans(2).vote()).isEqualTo("N");
    assertThat(policy("span_count", "min_spans: 3").spans(3).vote()).isEqualTo("S");
    assertThat(policy("span_count", "max_spans: 20").spans(20).vote()).isEqualTo("S");
    assertThat(policy("span_count", "max_spans: 20").spans(21).vote()).isEqualTo("N");
  }

  private static final String AND =
      """
        - name: and
          type: and
          and:
            and_sub_policy:
              - name: number
                type: numeric_attribute
                numeric_attribute: { key: n, min_value: 50, max_value: 100 }
              - name: text
                type: string_attribute
                string_attribute: { key: s, values: [value1] }
      """;

  @Test
  void and_A1_subPoliciesMayHoldOnDifferentSpans() {
    TraceFixture trace = TraceFixture.under(AND).span(integer("n", 70));
    assertThat(trace.vote()).isEqualTo("N");
    assertThat(trace.span(string("s", "value1")).vote()).isEqualTo("S");
    assertThat(policy("and", "and_sub_policy: []").spans(1).vote()).isEqualTo("S");
  }

  private static final String NOT_ERROR =
      """
        - name: not-error
          type: not
          not:
            not_sub_policy: { name: e, type: status_code, status_code: { status_codes: [ERROR] } }
      """;

  @Test
  void not_A3_swaps() {
    TraceFixture trace = TraceFixture.under(NOT_ERROR).spans(1);
    assertThat(trace.vote()).isEqualTo("S");
    assertThat(trace.span(status(StatusCode.STATUS_CODE_ERROR)).vote()).isEqualTo("N");
  }

  private static final String ALWAYS = "  - { name: always, type: always_sample }\n";
  private static final String NO_HEALTH =
      """
        - name: no-health
          type: drop
          drop:
            drop_sub_policy:
              - name: path
                type: string_attribute
                string_attribute: { key: url.path, values: [/health], enabled_regex_matching: true }
      """;

  @Test
  void drop_A4_vetoesWhereverItStands() {
    TraceFixture trace =
        TraceFixture.under(ALWAYS + NO_HEALTH).span(string("url.path", "/healthz"));
    assertThat(trace.vote()).isEqualTo("X");
    assertThat(trace.verdict()).isEqualTo(new Verdict(Verdict.Outcome.DROPPED, "no-health"));
    assertThat(TraceFixture.under(ALWAYS + NO_HEALTH).span(string("url.path", "/")).vote())
        .isEqualTo("S");
    assertThat(TraceFixture.under(NO_HEALTH).span(string("url.path", "/")).vote()).isEqualTo("N");
  }

  @Test
  void drop_A6_oneSubPolicyFails_othersDecide() {
    String policies =
        NO_HEALTH
            + "        - { name: many, type: span_count, span_count: { min_spans: 2 } }\n"
            + ALWAYS;
    TraceFixture trace = TraceFixture.under(policies).span(string("url.path", "/health"));
    assertThat(trace.vote()).isEqualTo("S");
    assertThat(trace.spans(1).vote()).isEqualTo("X");
  }

  @Test
  void verdict_Z1Z2_firstSampledIsCredited() {
    String some = entry("errors", "status_code", "status_codes: [ERROR]");
    TraceFixture trace = TraceFixture.under(some + ALWAYS).spans(1);
    assertThat(trace.verdict()).isEqualTo(new Verdict(Verdict.Outcome.SAMPLED, "always"));
    assertThat(trace.span(status(StatusCode.STATUS_CODE_ERROR)).verdict())
        .isEqualTo(new Verdict(Verdict.Outcome.SAMPLED, "errors"));
    assertThat(TraceFixture.under(some).spans(1).verdict())
        .isEqualTo(new Verdict(Verdict.Outcome.NOT_SAMPLED, ""));
  }

  @Test
  void bits_over64Tests_useMoreWords() {
    StringBuilder policies = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      policies.append(entry("p" + i, "string_attribute", "key: k" + i + ", values: [v]"));
    }
    TraceFixture trace = TraceFixture.under(policies.toString()).span(string("k99", "v"));
    assertThat(trace.verdict().policy()).isEqualTo("p99");
  }
}
