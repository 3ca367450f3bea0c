package io.ringtail.router.forward;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Mark;
import io.ringtail.link.SamplerWord;
import io.ringtail.router.retain.SamplerKey;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way of what happens on links into the router's log. What one link tells arrives in the order
 * it was told. Threads: the links' event loops, several at once.
 */
interface Retention {
  /**
   * @param parcel consumed; its seq is that of the sending that was accepted
   */
  void accepted(Parcel parcel, SamplerKey receiver);

  /**
   * A replayed part that was refused for good.
   *
   * @param parcel consumed
   */
  void rejected(Parcel parcel);

  /** Words and mark of one frame, whose acks were told before. */
  void heard(SamplerKey from, List<SamplerWord> words, @Nullable Mark mark);

  /** A link whose sampler {@code epoch} does not name will tell of no acceptance any more. */
  void linkEnded(EpochOrder epoch);

  /** Seq of the oldest spans in the log, for the progress word (A5). */
  long oldestSeq();
}
