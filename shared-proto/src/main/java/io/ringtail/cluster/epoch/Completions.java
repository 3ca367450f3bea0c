package io.ringtail.cluster.epoch;

import io.ringtail.cluster.Completion;
import io.ringtail.cluster.EpochId;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.word.ClusterMessage.Sums;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What this sampler says of its handoff, and, at the coordinator, the sum of what all say (protocol
 * O1). Pure: no clock, no I/O. Threads: one.
 *
 * <p>How: each stamp (see {@link Leases}) carries the own word and the version of the sum that its
 * sender has; the coordinator tells all when the sum changes, at most each {@value #GATHER_NANOS}
 * ns, and once more whoever has an older one. A word counts only if its epoch is of the chain.
 */
final class Completions {
  static final long GATHER_NANOS = 50_000_000L;

  private final Map<Long, Completion> heard = new TreeMap<>();
  private long version; // never falls: of two sums of one process the higher is the newer
  private boolean changed;
  private long toldAtNanos;
  private @Nullable Completion mine;
  private long seen;

  /** What this sampler says from now on. */
  void say(Completion completion) {
    mine = completion;
  }

  /** What was said is of another chain, or nobody knows of which. */
  void forgetOwn() {
    mine = null;
  }

  /**
   * The own word as it goes into a stamp.
   *
   * @param chain the last epochs of the chain in use
   */
  EpochId ownUpTo(List<EpochId> chain) {
    EpochOrder order = mine == null ? EpochOrder.NONE : mine.upTo();
    return chain.stream().filter(id -> id.order().equals(order)).findFirst().orElse(EpochId.NONE);
  }

  EpochOrder ownUnfinished() {
    return mine == null ? EpochOrder.NONE : mine.unfinished();
  }

  /** Another is the coordinator, or the same begins anew. */
  void onNewCoordinator() {
    heard.clear();
    seen = 0;
    renew();
  }

  /** Tells all again, for those whom a new epoch names. */
  void renew() {
    version++;
    changed = true;
  }

  void onView(ClusterView view) {
    heard.keySet().removeIf(bits -> !view.has(bits));
  }

  /** A sampler's word at the coordinator; older ones of it may come later. */
  void hear(long bits, EpochId upTo, EpochOrder unfinished, List<EpochId> chain) {
    if (!chain.contains(upTo)) {
      return;
    }
    Completion before = heard.get(bits);
    Completion now =
        before == null
            ? new Completion(bits, upTo.order(), unfinished)
            : new Completion(
                bits, later(before.upTo(), upTo.order()), later(before.unfinished(), unfinished));
    if (!now.equals(before)) {
      heard.put(bits, now);
      renew();
    }
  }

  private static EpochOrder later(EpochOrder a, EpochOrder b) {
    return a.compareTo(b) >= 0 ? a : b;
  }

  /** What the coordinator has to tell all now. */
  Optional<Sums> due(long now) {
    if (!changed || now - toldAtNanos < GATHER_NANOS) {
      return Optional.empty();
    }
    changed = false;
    toldAtNanos = now;
    return Optional.of(sums());
  }

  Sums sums() {
    return new Sums(version, new ArrayList<>(heard.values()));
  }

  long version() {
    return version;
  }

  /** Version of the newest sum that came from the present coordinator; 0 if none did. */
  long seen() {
    return seen;
  }

  /**
   * @return false if a newer one came before
   */
  boolean isNewer(Sums sums) {
    boolean newer = sums.version() > seen;
    seen = Math.max(seen, sums.version());
    return newer;
  }
}
