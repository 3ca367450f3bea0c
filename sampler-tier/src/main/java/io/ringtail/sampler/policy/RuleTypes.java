package io.ringtail.sampler.policy;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.ringtail.config.ConfigSection;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads {@code policies}: what each {@code type} is called and how its block becomes a {@link
 * Rule}. Problems are reported to the section; a rule with a problem is left out.
 */
final class RuleTypes {
  /** Block of a type to its rule; empty if a problem was reported. */
  private interface Reader {
    Optional<Rule> read(ConfigSection block);
  }

  private static final double ANY = Double.MAX_VALUE;
  private static final Map<String, Integer> STATUS_CODES = Map.of("UNSET", 1, "OK", 2, "ERROR", 4);

  /** Types that may also stand inside others. */
  private static final Map<String, Reader> SHARED = new LinkedHashMap<>();

  private static final Map<String, Reader> TOP_LEVEL;

  static {
    SHARED.put("always_sample", block -> Optional.of(new TraceRules.AlwaysSample()));
    SHARED.put("latency", RuleTypes::latency);
    SHARED.put("numeric_attribute", RuleTypes::numericAttribute);
    SHARED.put("probabilistic", RuleTypes::probabilistic);
    SHARED.put("status_code", RuleTypes::statusCode);
    SHARED.put("string_attribute", RuleTypes::stringAttribute);
    SHARED.put("boolean_attribute", RuleTypes::booleanAttribute);
    SHARED.put("span_count", RuleTypes::spanCount);
    SHARED.put("trace_flags", block -> Optional.of(new TraceRules.TraceFlags()));
    TOP_LEVEL = new LinkedHashMap<>(SHARED);
    TOP_LEVEL.put("and", RuleTypes::and);
    TOP_LEVEL.put("not", RuleTypes::not);
    TOP_LEVEL.put("drop", RuleTypes::drop);
  }

  /** Every block the reference knows in an entry. */
  private static final Set<String> BLOCKS =
      Set.of(
          "latency",
          "numeric_attribute",
          "probabilistic",
          "status_code",
          "string_attribute",
          "boolean_attribute",
          "span_count",
          "rate_limiting",
          "bytes_limiting",
          "composite",
          "ottl_condition",
          "trace_state",
          "and",
          "not",
          "drop");

  private RuleTypes() {}

  /** The top-level policies that are right. */
  static List<PolicySpec> readAll(ConfigSection tailSampling) {
    List<ConfigSection> entries = tailSampling.sections("policies");
    if (entries.isEmpty()) {
      tailSampling.problem("policies", "missing (expected at least one policy)");
    }
    Set<String> names = new HashSet<>();
    List<PolicySpec> policies = new ArrayList<>();
    for (ConfigSection entry : entries) {
      String name = entry.string("name", "");
      if (name.isEmpty()) {
        entry.problem("name", "missing (expected a name)");
      } else if (!names.add(name)) {
        entry.problem("name", quote(name) + " names two policies (expected unique names)");
      }
      read(entry, TOP_LEVEL).ifPresent(rule -> policies.add(new PolicySpec(name, rule)));
    }
    return policies;
  }

  private static Optional<Rule> read(ConfigSection entry, Map<String, Reader> types) {
    String type = entry.string("type", "");
    ignoreOtherBlocks(entry, type);
    if (type.isEmpty()) {
      entry.problem("type", "missing (expected one of: " + list(types) + ")");
      return Optional.empty();
    }
    Reader reader = types.get(type);
    if (reader != null) {
      return reader.read(entry.section(type));
    }
    String where = TOP_LEVEL.containsKey(type) ? " here" : " by this version";
    entry.problem(
        "type", quote(type) + " is not supported" + where + " (supported: " + list(types) + ")");
    return Optional.empty();
  }

  /** A policy may carry blocks of other types; the reference reads only the one of its type. */
  private static void ignoreOtherBlocks(ConfigSection entry, String type) {
    for (String block : BLOCKS) {
      if (!block.equals(type) || !TOP_LEVEL.containsKey(type)) {
        entry.ignore(block);
      }
    }
    if (!TOP_LEVEL.containsKey(type)) {
      entry.ignore(type);
    }
  }

  private static Optional<Rule> latency(ConfigSection block) {
    return Optional.of(
        new TraceRules.Latency(
            block.integer64("threshold_ms", 0, Long.MIN_VALUE, Long.MAX_VALUE),
            block.integer64("upper_threshold_ms", 0, Long.MIN_VALUE, Long.MAX_VALUE)));
  }

  private static Optional<Rule> numericAttribute(ConfigSection block) {
    String key = key(block);
    long min = block.integer64("min_value", 0, Long.MIN_VALUE, Long.MAX_VALUE);
    long max = block.integer64("max_value", 0, Long.MIN_VALUE, Long.MAX_VALUE);
    boolean invert = block.bool("invert_match", false);
    if (min == 0 && max == 0) {
      block.problem("min_value", "neither bound is set (expected min_value or max_value not 0)");
      return Optional.empty();
    }
    return Optional.of(AttributeRules.NumericAttribute.of(key, min, max, invert));
  }

  private static Optional<Rule> probabilistic(ConfigSection block) {
    return Optional.of(
        new TraceRules.Probabilistic(
            block.number("sampling_percentage", 0, -ANY, ANY), block.string("hash_salt", "")));
  }

  private static Optional<Rule> statusCode(ConfigSection block) {
    List<String> names = block.strings("status_codes");
    if (names.isEmpty()) {
      block.problem("status_codes", "missing (expected some of: OK, ERROR, UNSET)");
      return Optional.empty();
    }
    int codes = 0;
    boolean wrong = false;
    for (int i = 0; i < names.size(); i++) {
      Integer code = STATUS_CODES.get(names.get(i));
      if (code == null) {
        wrong = true;
        block.itemProblem(
            "status_codes", i, quote(names.get(i)) + " (expected some of: OK, ERROR, UNSET)");
      } else {
        codes |= code;
      }
    }
    return wrong ? Optional.empty() : Optional.of(new TraceRules.StatusCode(codes));
  }

  private static Optional<Rule> stringAttribute(ConfigSection block) {
    String key = key(block);
    List<String> values = block.strings("values");
    boolean regex = block.bool("enabled_regex_matching", false);
    int cacheSize = block.integer("cache_max_size", 0, Integer.MIN_VALUE, Integer.MAX_VALUE);
    boolean invert = block.bool("invert_match", false);
    if (!regex) {
      return Optional.of(AttributeRules.StringAttribute.exact(key, values, invert));
    }
    List<Pattern> patterns = patterns(block, values);
    return patterns.size() < values.size()
        ? Optional.empty()
        : Optional.of(AttributeRules.StringAttribute.regex(key, patterns, cacheSize, invert));
  }

  /** The patterns that are right. */
  private static List<Pattern> patterns(ConfigSection block, List<String> values) {
    List<Pattern> patterns = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      try {
        patterns.add(Pattern.compile(values.get(i)));
      } catch (PatternSyntaxException e) {
        String expected = " (expected an RE2 pattern: " + e.getMessage() + ")";
        block.itemProblem("values", i, quote(values.get(i)) + expected);
      }
    }
    return patterns;
  }

  private static Optional<Rule> booleanAttribute(ConfigSection block) {
    return Optional.of(
        new AttributeRules.BooleanAttribute(
            key(block), block.bool("value", false), block.bool("invert_match", false)));
  }

  private static Optional<Rule> spanCount(ConfigSection block) {
    return Optional.of(
        new TraceRules.SpanCount(
            block.integer("min_spans", 0, Integer.MIN_VALUE, Integer.MAX_VALUE),
            block.integer("max_spans", 0, Integer.MIN_VALUE, Integer.MAX_VALUE)));
  }

  private static Optional<Rule> and(ConfigSection block) {
    return Optional.of(new Combinators.And(subPolicies(block, "and_sub_policy")));
  }

  private static Optional<Rule> drop(ConfigSection block) {
    return Optional.of(new Combinators.Drop(subPolicies(block, "drop_sub_policy")));
  }

  private static Optional<Rule> not(ConfigSection block) {
    if (!block.has("not_sub_policy")) {
      block.problem("not_sub_policy", "missing (expected one policy)");
      return Optional.empty();
    }
    return subPolicy(block.section("not_sub_policy")).map(Combinators.Not::new);
  }

  private static List<PolicySpec> subPolicies(ConfigSection block, String key) {
    List<PolicySpec> policies = new ArrayList<>();
    for (ConfigSection entry : block.sections(key)) {
      subPolicy(entry).ifPresent(policies::add);
    }
    return policies;
  }

  private static Optional<PolicySpec> subPolicy(ConfigSection entry) {
    String name = entry.string("name", "");
    return read(entry, SHARED).map(rule -> new PolicySpec(name, rule));
  }

  private static String key(ConfigSection block) {
    String key = block.string("key", "");
    if (key.isEmpty()) {
      block.problem("key", "missing (expected an attribute name)");
    }
    return key;
  }

  private static String list(Map<String, Reader> types) {
    return String.join(", ", types.keySet());
  }

  private static String quote(String value) {
    return '"' + value + '"';
  }
}
