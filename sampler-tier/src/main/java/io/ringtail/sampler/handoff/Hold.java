package io.ringtail.sampler.handoff;

import io.ringtail.cluster.Completion;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.ring.SlotSet;
import java.util.HashSet;
import java.util.Set;

/** Slots gained in one epoch, and what must happen before they may be decided. */
final class Hold {
  final EpochOrder gain;
  final long sinceNanos;
  final Set<Long> samplers;
  final Set<Long> questions = new HashSet<>();
  SlotSet slots;
  SlotSet asked = SlotSet.NONE;
  long notBeforeNanos;
  long progressNanos;

  Hold(EpochOrder gain, SlotSet slots, Set<Long> samplers, long nowNanos) {
    this.gain = gain;
    this.slots = slots;
    this.samplers = new HashSet<>(samplers);
    this.sinceNanos = nowNanos;
    this.notBeforeNanos = nowNanos;
    this.progressNanos = nowNanos;
  }

  void onProgress(SlotSet with, long nowNanos) {
    if (slots.intersects(with)) {
      progressNanos = nowNanos;
    }
  }

  /** Whether {@code word} is what it waits for of its sampler. */
  boolean isAnsweredBy(Completion word) {
    return samplers.contains(word.samplerBits()) && word.upTo().compareTo(gain) >= 0;
  }

  /** Whether {@code word} tells of a replay its sampler did not get to see the end of. */
  boolean isLeftUnfinishedBy(Completion word) {
    return word.unfinished().compareTo(gain) >= 0;
  }

  /** What of it was lost again, as it waits for the same. */
  Hold shadow(SlotSet gone) {
    Hold shadow = new Hold(gain, gone, samplers, sinceNanos);
    shadow.progressNanos = progressNanos;
    return shadow;
  }
}
