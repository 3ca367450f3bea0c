package io.ringtail.sampler.handoff;

import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Peer;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Routers whose logs decisions here do not cover. A decision covers what a router sent before only
 * if all that the router has told clients is with the owners: not of one that is gone, for which no
 * hold has waited, nor until it has replayed all. Threads: the handoff's.
 */
final class Doubts {
  private final Tier tier;
  private final Questions questions;
  private final NamedNodes named;
  private Set<Peer> unsure = Set.of();
  private Set<Peer> unnamed = Set.of();

  Doubts(Tier tier, Questions questions, NamedNodes named) {
    this.tier = tier;
    this.questions = questions;
    this.named = named;
  }

  /** Tells the shards, if that has changed. */
  void tell(@Nullable Epoch epoch) {
    Set<Peer> now = Set.of();
    Set<Peer> gone = Set.of();
    for (Peer router : tier.routers()) {
      long bits = router.incarnation().bits();
      boolean isNamed = named.routers().contains(bits);
      if (!isNamed || questions.awaitsAsNew(bits)) {
        now = with(now, router);
      }
      if (!isNamed && wasNamed(router, epoch)) {
        gone = with(gone, router);
      }
    }
    if (!gone.equals(unnamed)) {
      unnamed = gone;
      tier.unnamed(gone);
    }
    if (!now.equals(unsure)) {
      unsure = now;
      tier.unsure(now);
    }
  }

  /** There are seldom any. */
  private static Set<Peer> with(Set<Peer> routers, Peer another) {
    Set<Peer> more = routers.isEmpty() ? new LinkedHashSet<>() : routers;
    more.add(another);
    return more;
  }

  /** Not one whose first epoch has yet to come. */
  private static boolean wasNamed(Peer router, @Nullable Epoch epoch) {
    EpochOrder first = router.incarnation().order();
    return !first.equals(EpochOrder.NONE) && epoch != null && first.compareTo(epoch.order()) <= 0;
  }
}
