package io.ringtail.router.retain;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Member;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Words of M6 said before the epoch of the loss came, or before they counted. Of too many the
 * oldest go. Threads: one.
 */
final class EarlyWords {
  private static final int MOST = 4096;

  /**
   * That a sampler needs nothing more of a lost one.
   *
   * @param epoch one that did not name that any more
   */
  record Word(SamplerKey sayer, Floor.Named lost, EpochOrder epoch) {}

  private final Map<Word, Boolean> words = new Recent<>(MOST);

  void add(Word word) {
    words.put(word, true);
  }

  /** Takes out those about any of {@code lost}, oldest first. */
  List<Word> take(Set<Floor.Named> lost) {
    List<Word> taken = new ArrayList<>();
    for (Word word : words.keySet()) {
      if (lost.contains(word.lost)) {
        taken.add(word);
      }
    }
    taken.forEach(words::remove);
    return taken;
  }

  /** Those about {@code sampler} go. */
  void forget(Floor.Named sampler) {
    words.keySet().removeIf(word -> word.lost.equals(sampler));
  }

  /**
   * Those go that are of a loss this router never saw, since another chain has undone it (P2).
   *
   * @param named in the epoch in use
   */
  void forgetOlder(Map<SamplerKey, Member> named, EpochOrder inUse) {
    words.keySet().removeIf(word -> isOlder(word, inUse) && isNamed(word.lost, named));
  }

  private static boolean isOlder(Word word, EpochOrder inUse) {
    return !word.epoch.equals(EpochOrder.NONE) && word.epoch.compareTo(inUse) <= 0;
  }

  private static boolean isNamed(Floor.Named sampler, Map<SamplerKey, Member> named) {
    Member again = named.get(sampler.key());
    return again != null && Floor.Named.of(again).equals(sampler);
  }
}
