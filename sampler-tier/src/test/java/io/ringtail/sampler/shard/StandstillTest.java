package io.ringtail.sampler.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.cluster.Membership;
import io.ringtail.rules.Rule;
import io.ringtail.rules.Rules;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StandstillTest {
  private static final long MILLI = 1_000_000;
  private static final long START = Long.MAX_VALUE - 1_000 * MILLI; // clocks may pass over it

  private final Standstill standstill = new Standstill(START, Rules.ALL);
  private long stampNanos = START;
  private int queued;

  private static long at(long millis) {
    return START + millis * MILLI;
  }

  /** A round of the shard. */
  private boolean decidesAt(long millis) {
    standstill.begin(at(millis), () -> queued);
    return standstill.permits(this::isLeased);
  }

  private boolean isLeased(long now) {
    return now - stampNanos < Membership.LEASE_NANOS;
  }

  @Test
  void longestRest_isNoStandstill() {
    assertThat(Standstill.LONGEST_NANOS).isEqualTo(3 * Rest.SLEEP_NANOS);
    for (int millis = 100; millis < 3_000; millis += 300) {
      assertThat(decidesAt(millis)).isTrue();
    }
    assertThat(decidesAt(3_000)).as("the lease is over").isFalse();
  }

  @Test
  void standstill_needsAStampNoOlderThanWhatAShardThatWorksMayBeBehind() {
    decidesAt(100);
    assertThat(decidesAt(401)).isFalse();
    assertThat(decidesAt(501)).as("works again").isFalse();
    stampNanos = at(101);
    assertThat(decidesAt(511)).as("of before").isFalse();
    stampNanos++;
    assertThat(decidesAt(521)).isTrue();
  }

  @Test
  void anotherStandstill_needsAnotherStamp() {
    assertThat(decidesAt(2_000)).isFalse();
    stampNanos = at(2_010);
    assertThat(decidesAt(2_020)).isTrue();
    assertThat(decidesAt(4_000)).isFalse();
    stampNanos = at(4_010);
    assertThat(decidesAt(4_020)).isTrue();
  }

  @Test
  void unendingLease_isGoodAtOnce() {
    standstill.begin(at(2_000), () -> 0);
    assertThat(standstill.permits(now -> true)).isTrue();
  }

  @Test
  void halvesTakenAway_asIfItHadWorked() {
    queued = 40;
    Standstill rulesOff = new Standstill(START, Rules.without(Set.of(Rule.D1_READ, Rule.L1_ANEW)));
    rulesOff.begin(at(2_000), () -> queued);
    assertThat(rulesOff.permits(this::isLeased)).isTrue();
    Standstill reads = new Standstill(START, Rules.without(Set.of(Rule.L1_ANEW)));
    reads.begin(at(2_000), () -> queued);
    assertThat(reads.permits(this::isLeased)).isFalse();
    Standstill stamps = new Standstill(START, Rules.without(Set.of(Rule.D1_READ)));
    stamps.begin(at(2_000), () -> queued);
    assertThat(stamps.permits(this::isLeased)).isFalse();
  }

  @Test
  void standstill_whatWasQueuedIsReadFirst_andNoMoreThanThat() {
    queued = 40;
    standstill.begin(at(2_000), () -> queued);
    standstill.taken(16);
    standstill.begin(at(2_001), () -> queued);
    assertThat(standstill.permits(now -> true)).isFalse();
    standstill.taken(16);
    assertThat(standstill.permits(now -> true)).isFalse();
    standstill.taken(16);
    assertThat(standstill.permits(now -> true)).isTrue();
  }
}
