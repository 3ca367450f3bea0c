package io.ringtail.cluster.epoch;

import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochId;
import io.ringtail.cluster.word.ClusterMessage.Confirm;
import io.ringtail.cluster.word.ClusterMessage.Published;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How far the others are with the epoch a coordinator published last, and that epoch again to those
 * who do not have it. Pure: no clock, no I/O. Threads: one.
 */
final class Uptake {
  static final long USE_NANOS = 3_000_000_000L;
  private static final long SECOND = 1_000_000_000;

  private final long selfBits;
  private final Set<Long> received = new HashSet<>();
  private final Set<Long> using = new HashSet<>();

  private ClusterView view = ClusterView.NONE;
  private @Nullable Epoch published;
  private long publishedAtNanos;
  private long resentAtNanos;

  Uptake(long selfBits) {
    this.selfBits = selfBits;
  }

  void onView(ClusterView newView) {
    view = newView;
    received.removeIf(bits -> !newView.has(bits));
    using.removeIf(bits -> !newView.has(bits));
  }

  void begin(Epoch epoch, long now) {
    published = epoch;
    publishedAtNanos = now;
    resentAtNanos = now;
    received.clear();
    using.clear();
  }

  void forget() {
    published = null;
    received.clear();
    using.clear();
  }

  /** Null if it has published none of its own. */
  @Nullable Epoch published() {
    return published;
  }

  void onConfirm(long from, Confirm word) {
    if (published != null && word.epoch().equals(EpochId.of(published))) {
      received.add(from);
      if (word.inUse()) {
        using.add(from);
      }
    }
  }

  /** Whether all of the view whom it names have it. */
  boolean isReceived() {
    return published != null && namedBut(published, received).isEmpty();
  }

  /** Who has it, as far as it names them; itself not. */
  Set<Long> receivers() {
    Set<Long> others = new HashSet<>(received);
    others.remove(selfBits);
    others.removeIf(bits -> published == null || !view.has(bits) || !published.names(bits));
    return others;
  }

  /**
   * Whether all that are worth waiting for have it in use: of those who have not received it that
   * is 1 s, of those who still build their tables and heirs {@value #USE_NANOS} ns. If epochs came
   * faster than they are built, some would have no heirs, and who has none decides nothing.
   */
  boolean isUsed(long now) {
    if (published == null) {
      return true;
    }
    Set<Long> waitedFor = namedBut(published, using);
    if (now >= publishedAtNanos + SECOND) {
      waitedFor.retainAll(received);
    }
    return waitedFor.isEmpty() || now >= publishedAtNanos + USE_NANOS;
  }

  /**
   * Says it again to those that have not received it, be they named or not, and to those that are
   * waited for, as their word that they use it may be lost.
   */
  void resend(long now, List<Effect> effects) {
    if (published == null || now < resentAtNanos + SECOND) {
      return;
    }
    resentAtNanos = now;
    Published again = new Published(published);
    Set<Long> waitedFor =
        now < publishedAtNanos + USE_NANOS ? namedBut(published, using) : Set.of();
    for (ClusterView.Peer p : view.peers()) {
      boolean isDue = !received.contains(p.bits()) || waitedFor.contains(p.bits());
      if (p.bits() != selfBits && isDue) {
        effects.add(new Effect.Send(p.bits(), again));
      }
    }
  }

  /** Whom an epoch names, as far as they are in the view, but for those. */
  private Set<Long> namedBut(Epoch epoch, Set<Long> those) {
    Set<Long> named = new HashSet<>();
    epoch.members().forEach(m -> named.add(m.incarnation().bits()));
    named.removeIf(bits -> !view.has(bits) || those.contains(bits));
    return named;
  }
}
