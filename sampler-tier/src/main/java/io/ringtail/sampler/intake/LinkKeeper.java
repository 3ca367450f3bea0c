package io.ringtail.sampler.intake;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Mark;
import io.ringtail.link.Peer;
import io.ringtail.link.RouterWord;
import org.jspecify.annotations.Nullable;

/** What links ask of the handoff, and tell it. Threads: the links' own. */
public interface LinkKeeper {
  /** For a sampler whose slots never move. */
  LinkKeeper NONE =
      new LinkKeeper() {
        @Override
        public @Nullable Mark mark(long router) {
          return null;
        }

        @Override
        public void onLink(Peer router) {}

        @Override
        public void onRouterEpoch(EpochOrder order) {}

        @Override
        public void onWord(Peer router, RouterWord word) {}
      };

  /**
   * The newest mark for a router; asked under the link's lock, so that no older one overtakes a
   * lowering.
   *
   * @param router bits of its incarnation
   */
  @Nullable Mark mark(long router);

  /** A link was greeted; words to the router go on it from now on. */
  void onLink(Peer router);

  /** A router has said on a link that it has this epoch in use; once a link, in rising order. */
  void onRouterEpoch(EpochOrder order);

  void onWord(Peer router, RouterWord word);
}
