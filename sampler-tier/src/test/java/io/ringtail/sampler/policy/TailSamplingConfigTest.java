package io.ringtail.sampler.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.config.ConfigFile;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TailSamplingConfigTest {
  @Test
  void block_whereACollectorHasIt_isToldToBeMoved() {
    ConfigFile file =
        ConfigFile.read(
            "otel.yaml",
            """
            processors:
              batch: { timeout: 1s }
              tail_sampling/errors:
                policies: [ { name: a, type: always_sample } ]
            """);
    TailSamplingConfig.readFrom(file.root());
    assertThat(file.problems())
        .extracting(Object::toString)
        .containsExactly(
            "otel.yaml:4:5: processors.tail_sampling/errors: is not read here (expected at the top"
                + " level of the file, as tail_sampling:)");
  }

  @Test
  void block_atTheTopLevel_isReadWhateverStandsUnderProcessors() {
    ConfigFile file =
        ConfigFile.read(
            "otel.yaml",
            """
            processors: { tail_sampling: {} }
            tail_sampling: { policies: [ { name: a, type: always_sample } ] }
            """);
    file.root().ignore("processors");
    assertThat(TailSamplingConfig.readFrom(file.root()).policies()).hasSize(1);
    assertThat(file.problems()).isEmpty();
  }

  private static final String ALWAYS = "policies: [{ name: a, type: always_sample }]\n";

  @Test
  void config_onlyPolicies_restAsInTheReference() {
    assertThat(TraceFixture.config(ALWAYS))
        .isEqualTo(TailSamplingConfig.of(new PolicySpec("a", new TraceRules.AlwaysSample())))
        .satisfies(
            c -> {
              assertThat(c.decisionWait()).isEqualTo(Duration.ofSeconds(30));
              assertThat(c.numTraces()).isEqualTo(50_000);
              assertThat(c.sampledCacheSize()).isEqualTo(TailSamplingConfig.FROM_BUDGET);
            });
  }

  @Test
  void config_everyKey_mapped() {
    TailSamplingConfig config =
        TraceFixture.config(
            """
            decision_wait: 1m30s
            decision_wait_after_root_received: 500ms
            num_traces: 100
            expected_new_traces_per_sec: 10
            decision_cache: { sampled_cache_size: 1000, non_sampled_cache_size: 0 }
            sample_on_first_match: true
            maximum_trace_size_bytes: 1024
            drop_pending_traces_on_shutdown: true
            block_on_overflow: true
            num_shards: 4
            sampling_strategy: trace-complete
            """
                + ALWAYS);

    assertThat(config)
        .isEqualTo(
            new TailSamplingConfig(
                Duration.ofSeconds(90),
                Duration.ofMillis(500),
                100,
                1000,
                0,
                true,
                1024,
                true,
                true,
                4,
                10,
                config.policies()));
    assertThat(config.compile().evaluate(TraceFixture.under("- {name: a, type: always_sample}"), 0))
        .isEqualTo(new Verdict(Verdict.Outcome.SAMPLED, "a"));
  }

  @Test
  void devPolicies_read_threePoliciesAndFiveSeconds() {
    ConfigFile file = ConfigFile.read("dev-policies.yaml", DevPolicies.yaml());
    TailSamplingConfig config = TailSamplingConfig.read(file.root().section("tail_sampling"));

    assertThat(file.problems()).isEmpty();
    assertThat(config.decisionWait()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.policies())
        .containsExactly(
            new PolicySpec("errors", new TraceRules.StatusCode(4)),
            new PolicySpec("slow", new TraceRules.Latency(1000, 0)),
            new PolicySpec("some-of-the-rest", new TraceRules.Probabilistic(5, "")));
  }

  @Test
  void config_manyMistakes_allToldWithTheirPlace() {
    assertThat(
            TraceFixture.problems(
                """
                decision_wait: "30"
                sampling_strategy: span-ingest
                tail_storage: pebble_tail_storage
                policies:
                  - { name: a, type: rate_limiting, rate_limiting: { spans_per_second: 5 } }
                  - { name: a, type: status_code, status_code: { status_codes: [BAD, OK, error] } }
                  - { name: c, type: status_code, status_code: {} }
                  - { name: d, type: string_attribute, string_attribute: { key: k, values: ['(', 'a', '['], enabled_regex_matching: true } }
                  - { name: e, type: numeric_attribute, numeric_attribute: { key: k } }
                  - { name: f, type: latency, latency: { treshold_ms: 5 } }
                  - { name: g, type: my_extension, my_extension: { x: 1 } }
                  - { name: h, type: and, and: { and_sub_policy: [{ name: i, type: drop }] } }
                  - { type: always_sample }
                """))
        .containsExactly(
            "policies.yaml:1:16: decision_wait: \"30\" (expected a duration with a unit: 500ms,"
                + " 30s, 2m)",
            "policies.yaml:2:20: sampling_strategy: \"span-ingest\" is not supported by this"
                + " version (supported: trace-complete)",
            "policies.yaml:3:15: tail_storage: is not supported by this version (expected none)",
            "policies.yaml:5:22: policies[0].type: \"rate_limiting\" is not supported by this"
                + " version (supported: always_sample, latency, numeric_attribute, probabilistic,"
                + " status_code, string_attribute, boolean_attribute, span_count, trace_flags,"
                + " and, not, drop)",
            "policies.yaml:6:13: policies[1].name: \"a\" names two policies (expected unique"
                + " names)",
            "policies.yaml:6:65: policies[1].status_code.status_codes[0]: \"BAD\" (expected some"
                + " of: OK, ERROR, UNSET)",
            "policies.yaml:6:74: policies[1].status_code.status_codes[2]: \"error\" (expected some"
                + " of: OK, ERROR, UNSET)",
            "policies.yaml:7:48: policies[2].status_code.status_codes: missing (expected some of:"
                + " OK, ERROR, UNSET)",
            "policies.yaml:8:77: policies[3].string_attribute.values[0]: \"(\" (expected an RE2"
                + " pattern: error parsing regexp: missing closing ): `(`)",
            "policies.yaml:8:87: policies[3].string_attribute.values[2]: \"[\" (expected an RE2"
                + " pattern: error parsing regexp: missing closing ]: `[`)",
            "policies.yaml:9:60: policies[4].numeric_attribute.min_value: neither bound is set"
                + " (expected min_value or max_value not 0)",
            "policies.yaml:10:42: policies[5].latency.treshold_ms: unknown key (known:"
                + " threshold_ms, upper_threshold_ms), did you mean threshold_ms?",
            "policies.yaml:11:22: policies[6].type: \"my_extension\" is not supported by this"
                + " version (supported: always_sample, latency, numeric_attribute, probabilistic,"
                + " status_code, string_attribute, boolean_attribute, span_count, trace_flags,"
                + " and, not, drop)",
            "policies.yaml:12:68: policies[7].and.and_sub_policy[0].type: \"drop\" is not supported"
                + " here (supported: always_sample, latency, numeric_attribute, probabilistic,"
                + " status_code, string_attribute, boolean_attribute, span_count, trace_flags)",
            "policies.yaml:13:5: policies[8].name: missing (expected a name)");
  }

  @Test
  void config_noPolicies_isAProblem() {
    assertThat(TraceFixture.problems("num_traces: 5\n"))
        .containsExactly("policies.yaml:1:1: policies: missing (expected at least one policy)");
  }

  @Test
  void config_blocksOfOtherTypes_passedOver() {
    assertThat(
            TraceFixture.problems(
                """
                policies:
                  - name: a
                    type: always_sample
                    latency: { threshold_ms: 1 }
                    composite: { max_total_spans_per_second: 5 }
                """))
        .isEmpty();
  }
}
