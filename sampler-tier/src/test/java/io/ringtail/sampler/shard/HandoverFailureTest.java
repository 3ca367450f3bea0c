package io.ringtail.sampler.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.sampler.account.DropReason;
import org.junit.jupiter.api.Test;

/**
 * Traces that cannot be read, written or merged: the others go on, and nothing is given up that
 * somebody can have.
 */
class HandoverFailureTest extends OverThreeSamplers {
  @Test
  void traceThatCannotBeMergedNow_isNotAcknowledged_andGoesAgain() {
    firstSpans();
    b.damage = new Samplers.Damage(6, true, 2);
    epoch(2, "b");
    samplers.settle();

    assertThat(a.set.heldSpans()).as("kept by its sender").isEqualTo(1);
    assertThat(a.set.foreign().oldestLost()).isEqualTo(new EpochOrder(1, 2));
    assertThat(b.set.metrics().droppedSpans(DropReason.NOT_MERGED)).isEqualTo(1);
    samplers.advance(2500);
    assertThat(b.set.metrics().droppedSpans(DropReason.NOT_MERGED)).isEqualTo(2);
    assertThat(b.set.metrics().droppedSpans(DropReason.FAILED)).isZero();
    assertWhole(1);
  }

  @Test
  void traceThatCannotBeReadNow_doesNotStopTheOthers_andIsWrittenAnew() {
    firstSpans();
    b.damage = new Samplers.Damage(6, false, 1);
    epoch(2, "b");
    samplers.settle();

    assertThat(a.set.heldSpans()).isEqualTo(1);
    assertThat(b.set.metrics().handedInSpans()).isEqualTo(TRACES - 1);
    samplers.advance(2500);
    assertWhole(1);
  }

  @Test
  void traceThatNobodyCanRead_isDroppedCounted_andTheHandoffEnds() {
    firstSpans();
    b.damage = new Samplers.Damage(6, false, Integer.MAX_VALUE);
    epoch(2, "b");
    samplers.advance(9000);
    assertThat(a.set.heldSpans()).isEqualTo(1);
    assertThat(a.set.foreign().oldestLost()).isNotNull();

    samplers.advance(3000);
    samplers.assertNothingForeign();
    assertThat(a.set.metrics().droppedSpans(DropReason.UNFIT)).isEqualTo(1);
    assertThat(a.set.heldSpans()).isZero();
    assertThat(b.exported()).hasSize(TRACES / 2 - 1);
  }

  @Test
  void traceThatThisOwnerCannotRead_isTriedWithTheNext() {
    firstSpans();
    b.damage = new Samplers.Damage(6, false, Integer.MAX_VALUE);
    epoch(2, "b");
    samplers.advance(9000);
    epoch(3, "c");
    samplers.advance(2500);

    samplers.assertNothingForeign();
    assertThat(a.set.metrics().droppedSpans(DropReason.UNFIT)).isZero();
    assertThat(c.exported()).containsKey(6L);
  }

  @Test
  void keptTraceThatNobodyCanRead_isLeftToTheExportHere() {
    firstSpans();
    a.exports.room = 0;
    samplers.advance(1500);
    b.damage = new Samplers.Damage(6, false, Integer.MAX_VALUE);
    epoch(2, "b");
    samplers.advance(14_000);
    assertThat(a.set.heldSpans()).isEqualTo(1);
    assertThat(a.set.foreign().oldestLost()).isNotNull();

    a.exports.room = 1;
    samplers.advance(1500);
    samplers.assertNothingForeign();
    assertThat(a.set.heldSpans()).isZero();
    assertThat(a.exported()).containsOnlyKeys(6L);
    assertWhole(1);
  }

  @Test
  void noMemoryToMerge_isAnsweredFull_andNothingIsGivenUp() {
    firstSpans();
    a.exports.room = 0;
    samplers.advance(1500);
    b.exports.outOfMemory = true;
    epoch(2, "b");
    samplers.advance(14_000);
    assertThat(a.set.heldSpans()).isEqualTo(TRACES / 2);
    assertThat(b.set.metrics().droppedSpans(DropReason.FAILED)).isPositive();
    assertThat(a.set.metrics().droppedSpans(DropReason.UNFIT)).isZero();

    b.exports.outOfMemory = false;
    samplers.advance(1500);
    samplers.assertNothingForeign();
    assertThat(a.set.heldSpans()).isZero();
    assertThat(a.exported()).isEmpty();
    assertWhole(1);
  }

  @Test
  void nothingOfATransferCanBeRead_goesAgain() {
    firstSpans();
    b.unreadable = true;
    epoch(2, "b");
    samplers.settle();
    assertThat(a.set.heldSpans()).isEqualTo(TRACES);

    b.unreadable = false;
    samplers.advance(1500);
    assertThat(a.set.heldSpans()).isZero();
    samplers.advance(1500);
    assertWhole(1);
  }
}
