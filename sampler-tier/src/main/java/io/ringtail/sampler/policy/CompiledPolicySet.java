package io.ringtail.sampler.policy;

import io.ringtail.otlp.MalformedWireException;
import java.util.ArrayList;
import java.util.List;

/** Policies compiled for one shard. Threads: the shard's. */
final class CompiledPolicySet implements PolicySet {
  private static final int STATUS_CODES = 3;
  private static final int SAMPLED_FLAG = 1;

  private record Voter(TracePredicate predicate, Verdict verdict) {}

  private final Verdict notSampled = new Verdict(Verdict.Outcome.NOT_SAMPLED, "");
  private final Voter[] vetoes;
  private final Voter[] voters;
  private final boolean stopAtFirst;
  private final int bitWords;
  private final AttributeTests attributes;
  private final long[][] statusBits;
  private final long[] flagBits;
  private long malformed;

  CompiledPolicySet(List<PolicySpec> policies, boolean sampleOnFirstMatch) {
    SpanTests tests = new SpanTests();
    List<Voter> drops = new ArrayList<>();
    List<Voter> others = new ArrayList<>();
    for (PolicySpec policy : policies) {
      boolean veto = policy.rule() instanceof Combinators.Drop;
      Verdict verdict =
          new Verdict(veto ? Verdict.Outcome.DROPPED : Verdict.Outcome.SAMPLED, policy.name());
      (veto ? drops : others).add(new Voter(policy.rule().compile(tests), verdict));
    }
    vetoes = drops.toArray(Voter[]::new);
    voters = others.toArray(Voter[]::new);
    // Votes after the first Sampled change nothing unless giving them changes a limiter.
    stopAtFirst = sampleOnFirstMatch || policies.stream().noneMatch(p -> p.rule().stateful());
    bitWords = tests.words();
    attributes = new AttributeTests(tests.bits());
    statusBits = new long[STATUS_CODES][bitWords];
    flagBits = new long[bitWords];
    tests.bits().forEach(this::addSpanTest);
  }

  private void addSpanTest(SpanTest test, int bit) {
    if (test instanceof SpanTest.SampledFlag) {
      flagBits[bit >>> 6] |= 1L << bit;
    } else if (test instanceof SpanTest.Status status) {
      for (int code = 0; code < STATUS_CODES; code++) {
        if ((status.codes() & 1 << code) != 0) {
          statusBits[code][bit >>> 6] |= 1L << bit;
        }
      }
    }
  }

  @Override
  public int bitWords() {
    return bitWords;
  }

  @Override
  public void testResource(byte[] header, int offset, int length, long[] bits) {
    if (attributes.isEmpty()) {
      return;
    }
    try {
      attributes.testResource(header, offset, length, bits);
    } catch (MalformedWireException e) {
      malformed++;
    }
  }

  @Override
  public void testSpanAttribute(byte[] array, int offset, int length, long[] bits) {
    try {
      attributes.testKeyValue(array, offset, length, false, bits);
    } catch (MalformedWireException e) {
      malformed++;
    }
  }

  @Override
  public long attributeKeyLengths() {
    return attributes.keyLengths();
  }

  @Override
  public void testSpan(int statusCode, int flags, long[] bits) {
    if (statusCode >= 0 && statusCode < STATUS_CODES) {
      or(statusBits[statusCode], bits);
    }
    if ((flags & SAMPLED_FLAG) != 0) {
      or(flagBits, bits);
    }
  }

  private void or(long[] from, long[] into) {
    for (int i = 0; i < bitWords; i++) {
      into[i] |= from[i];
    }
  }

  @Override
  public Verdict evaluate(TraceFeatures trace, long nowNanos) {
    for (Voter veto : vetoes) {
      if (veto.predicate().samples(trace, nowNanos)) {
        return veto.verdict();
      }
    }
    Verdict verdict = notSampled;
    boolean sampled = false;
    for (Voter voter : voters) {
      if (!voter.predicate().samples(trace, nowNanos)) {
        continue;
      }
      if (!sampled) {
        verdict = voter.verdict();
        sampled = true;
      }
      if (stopAtFirst) {
        break;
      }
    }
    return verdict;
  }

  @Override
  public long malformed() {
    return malformed;
  }
}
