package io.ringtail.link;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.ring.SlotSet;

/**
 * What a sampler says to a router beside answers and marks. Words go down the link's one stream in
 * order with the marks; all are said again on a new link until they are answered, and the router
 * answers each time.
 */
public sealed interface SamplerWord {
  /**
   * My mark for you is at most this from now on (protocol H3), answered {@link RouterWord.Lowered}.
   *
   * @param id grows with each lowering of this sampler incarnation
   */
  record Lowering(long id, long seq) implements SamplerWord {}

  /**
   * Send me all you have of these slots (protocol R1); answered {@link RouterWord.Replayed} when
   * everything of them that a client was ever told is accepted has been accepted by their owner.
   *
   * @param id grows with each question of this sampler incarnation
   * @param epoch the sampler's newest when it asks: a router answers no sooner than it has that in
   *     use, lest a part be acknowledged to it by the lost sampler after the answer; the same when
   *     the question is said again
   */
  record Question(long id, SlotSet slots, EpochOrder epoch) implements SamplerWord {}

  /**
   * I need nothing more of this lost sampler: its last mark may go, for my part (protocol M6). Said
   * of the sayer itself in an epoch that lost nobody.
   *
   * @param epoch one that did not name it any more, or that without a loss: nothing more is needed
   *     of anyone else lost up to then, either, though the sayer may never have heard of it; a
   *     router that skipped epochs heeds only words up to the one it came to; {@link
   *     EpochOrder#NONE} if not told
   */
  record NeedsNothing(String nodeId, Incarnation lost, EpochOrder epoch) implements SamplerWord {}

  /** I was lost: does your log have parts that I had received (protocol L2)? */
  record AskHas() implements SamplerWord {}

  /** I was lost and hold nothing any more: my mark is at an end (protocol L2). */
  record Empty() implements SamplerWord {}
}
