package io.ringtail.sampler.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.cluster.Membership;
import org.junit.jupiter.api.Test;

class StandstillTest {
  private static final long MILLI = 1_000_000;
  private static final long START = Long.MAX_VALUE - 1_000 * MILLI; // clocks may pass over it

  private final Standstill standstill = new Standstill(START);
  private long stampNanos = START;
  private int queued;

  private static long at(long millis) {
    return START + millis * MILLI;
  }

  /** A round of the shard. */
  private boolean decidesAt(long millis) {
    standstill.begin(at(millis), () -> queued);
    return standstill.permits(now -> now - stampNanos < Membership.LEASE_NANOS);
  }

  @Test
  void longestRest_isNoStandstill() {
    assertThat(Standstill.LONGEST_NANOS).isGreaterThan(2 * Rest.SLEEP_NANOS);
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
