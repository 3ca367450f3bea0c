package io.ringtail.cluster.epoch;

import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochId;
import io.ringtail.cluster.TableChecksum;
import io.ringtail.cluster.word.ClusterMessage.Answer;
import io.ringtail.cluster.word.ClusterMessage.AskEpoch;
import io.ringtail.cluster.word.ClusterMessage.Highest;
import io.ringtail.rules.Rule;
import io.ringtail.rules.Rules;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Adopts what the coordinator of its own view publishes and puts it in use in turn, asking for what
 * it missed (protocol E3). Pure: no clock, no I/O. Threads: one.
 *
 * <p>How: from the newest published epoch it walks back over predecessors, through the last {@value
 * #KEPT} it has seen, to the one in use (a joiner: to the first that names it). If one is missing
 * it asks for it; if nobody has it, or the walk passes the one in use without meeting it (another
 * chain), the published one is used out of turn, which {@link Effect.Apply} tells.
 */
final class Follower {
  static final int KEPT = 64;
  private static final long RETRY_NANOS = 300_000_000;
  private static final int MAX_ASKS = 4;

  private final long selfBits;
  private final TableChecksum checksum;
  private final boolean inTurn;
  private final LinkedHashMap<EpochId, Epoch> kept = new LinkedHashMap<>();
  private final Map<Long, Epoch> publishedBy = new HashMap<>();

  private @Nullable Epoch newest;
  private @Nullable EpochId asked;
  private long askedAtNanos;
  private int asks;

  Follower(long selfBits, TableChecksum checksum, Rules rules) {
    this.selfBits = selfBits;
    this.checksum = checksum;
    this.inTurn = rules.inForce(Rule.E3);
  }

  Optional<Epoch> newest() {
    return Optional.ofNullable(newest);
  }

  Optional<Epoch> kept(EpochId id) {
    return Optional.ofNullable(kept.get(id));
  }

  /** The chain of the newest, newest first, as far as it is kept. */
  List<EpochId> recent() {
    List<EpochId> recent = new ArrayList<>();
    Epoch at = newest;
    while (at != null) {
      recent.add(EpochId.of(at));
      at = kept.get(EpochId.predecessorOf(at));
    }
    return recent;
  }

  /** Answer to who asks for the highest epoch. */
  Highest highest(long viewId) {
    int active = newest == null ? 0 : (int) newest.activeSamplers();
    int members = newest == null ? 0 : newest.members().size();
    return new Highest(viewId, recent(), active, members);
  }

  /** Remembers what anyone published: its view may come after it. */
  void onPublished(long fromBits, Epoch epoch) {
    publishedBy.merge(fromBits, epoch, (a, b) -> a.order().compareTo(b.order()) >= 0 ? a : b);
    keep(epoch);
  }

  void onAnswer(Answer answer) {
    answer.epoch().ifPresent(this::keep);
    if (answer.asked().equals(asked)) {
      if (answer.epoch().isEmpty()) {
        asks = MAX_ASKS;
        askedAtNanos = Long.MIN_VALUE;
      } else {
        asked = null;
      }
    }
  }

  /** The newest that one of the view has published. */
  Optional<Epoch> publishedBy(long bits) {
    return Optional.ofNullable(publishedBy.get(bits));
  }

  /** Forgets what those published who are not in the view. */
  void onView(ClusterView view) {
    publishedBy.keySet().removeIf(bits -> !view.has(bits));
  }

  /**
   * Goes as far as it can with what {@code coordinator} published.
   *
   * @param holder whom to ask for what is missing
   */
  void advance(long coordinator, long holder, long now, List<Effect> effects) {
    Epoch target = publishedBy.get(coordinator);
    if (target == null || !isNewer(target)) {
      return;
    }
    if (!inTurn) {
      apply(target, effects);
      return;
    }
    Deque<Epoch> path = new ArrayDeque<>();
    EpochId missing = walkBack(target, path);
    if (missing == null) {
      path.forEach(e -> apply(e, effects));
      asked = null;
    } else if (givesUp(missing, now)) {
      apply(target, effects);
      asked = null;
    } else {
      ask(missing, holder, now, effects);
    }
  }

  private boolean isNewer(Epoch target) {
    if (newest != null) {
      return target.order().compareTo(newest.order()) > 0;
    }
    return target.names(selfBits);
  }

  /**
   * @param path out: what to use, in turn
   * @return what is missing, or null if nothing is
   */
  private @Nullable EpochId walkBack(Epoch target, Deque<Epoch> path) {
    Epoch at = target;
    while (true) {
      path.addFirst(at);
      EpochId before = EpochId.predecessorOf(at);
      if (isStart(at, before)) {
        return null;
      }
      if (before.equals(EpochId.NONE) || isPassed(before)) { // another chain
        path.clear();
        path.add(target);
        return null;
      }
      Epoch next = kept.get(before);
      if (next == null) {
        return before;
      }
      at = next;
    }
  }

  private boolean isStart(Epoch at, EpochId before) {
    if (newest != null) {
      return before.equals(EpochId.of(newest));
    }
    return at.members().stream()
        .filter(m -> m.incarnation().bits() == selfBits)
        .allMatch(m -> m.incarnation().order().compareTo(at.order()) >= 0);
  }

  private boolean isPassed(EpochId before) {
    return newest != null && before.order().compareTo(newest.order()) <= 0;
  }

  private boolean givesUp(EpochId missing, long now) {
    return missing.equals(asked) && asks >= MAX_ASKS && now >= askedAtNanos + RETRY_NANOS;
  }

  private void ask(EpochId missing, long holder, long now, List<Effect> effects) {
    if (!missing.equals(asked)) {
      asked = missing;
      asks = 0;
    } else if (now < askedAtNanos + RETRY_NANOS) {
      return;
    }
    asks++;
    askedAtNanos = now;
    if (holder != selfBits) {
      effects.add(new Effect.Send(holder, new AskEpoch(missing)));
    }
  }

  private void apply(Epoch epoch, List<Effect> effects) {
    boolean follows = newest == null || epoch.follows(newest) || !inTurn;
    newest = epoch;
    keep(epoch);
    boolean agrees = checksum.of(epoch.members()) == epoch.tableChecksum();
    effects.add(new Effect.Apply(epoch, agrees, follows));
  }

  private void keep(Epoch epoch) {
    kept.put(EpochId.of(epoch), epoch);
    Iterator<EpochId> oldest = kept.keySet().iterator();
    while (kept.size() > KEPT) {
      oldest.next();
      oldest.remove();
    }
  }
}
