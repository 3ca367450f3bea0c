package io.ringtail.router.forward;

import io.ringtail.link.Mark;
import io.ringtail.router.split.Part;

/**
 * Where parts go once their owner has accepted them: the router's log (protocol section 4), which
 * keeps a part until the samplers' marks have passed it, so that the spans survive their owner.
 * Threads: the links' event loops, several at once.
 */
interface Retention {
  /** Keeps nothing: what is accepted is as safe as its sampler. */
  Retention NONE =
      new Retention() {
        @Override
        public void accepted(Part part, long seq, String receiver) {
          part.release();
        }

        @Override
        public void marked(String sampler, Mark mark) {}

        @Override
        public long oldestSeq(long nextSeq) {
          return nextSeq;
        }
      };

  /**
   * @param part consumed
   * @param seq of the sending that was accepted
   * @param receiver node id of who accepted it
   */
  void accepted(Part part, long seq, String receiver);

  void marked(String sampler, Mark mark);

  /**
   * Seq of the oldest part kept.
   *
   * @param nextSeq the answer if none is
   */
  long oldestSeq(long nextSeq);
}
