package io.ringtail.cluster.group;

import com.codahale.metrics.Counter;
import io.ringtail.cluster.Member;
import io.ringtail.metrics.Metrics;
import io.ringtail.metrics.Mishaps;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a membership counts and shows. Threads: any. */
final class ClusterMetrics {
  private static final Logger log = LoggerFactory.getLogger(ClusterMetrics.class);

  final Counter applied;
  final Counter outOfTurn;
  final Counter lost;
  final Counter failures;
  final Counter lostSelf;
  final Counter alone;
  private final Mishaps mishaps;

  ClusterMetrics(Metrics metrics) {
    this.applied =
        metrics.counter("ringtail_cluster_epochs_total", "Epochs this node has put in use.");
    this.outOfTurn =
        metrics.counter(
            "ringtail_cluster_epochs_out_of_turn_total",
            "Epochs put in use after a gap or a change of chain.");
    this.lost =
        metrics.counter("ringtail_cluster_lost_members_total", "Members that left without a word.");
    this.failures =
        metrics.counter(
            "ringtail_cluster_failures_total",
            "Messages not understood or not sent, and errors of the membership thread.");
    this.mishaps = new Mishaps(failures, log, System::nanoTime);
    this.lostSelf =
        metrics.counter(
            "ringtail_cluster_lost_self_total",
            "Times the cluster took this sampler for dead and went on without it.");
    this.alone =
        metrics.counter(
            "ringtail_cluster_alone_total",
            "Times this sampler, left alone or without a router by a loss, went on to decide:"
                + " possible splits.");
  }

  /** An error of the membership thread, which goes on. */
  void failed(Throwable e) {
    mishaps.happened("event=membership-failed", e);
  }

  /** What the membership's thread is to do again and again, whatever it throws. */
  Runnable goingOn(Runnable what) {
    return mishaps.goingOn("event=membership-failed", what);
  }

  static void show(Standing standing, Metrics metrics) {
    metrics.gauge(
        "ringtail_cluster_lease",
        "1 if this sampler may decide, 0 if it lacks a lease; 0 on routers.",
        () -> standing.mayDecide(System.nanoTime()) ? 1 : 0);
    metrics.gauge(
        "ringtail_cluster_coordinator",
        "1 if this node makes the epochs, else 0.",
        () -> standing.coordinates() ? 1 : 0);
    metrics.gauge(
        "ringtail_cluster_epoch_number",
        "Number of the epoch in use, 0 without.",
        () -> standing.newest().map(e -> e.order().number()).orElse(0L));
    for (Member.Role role : Member.Role.values()) {
      metrics.gauge(
          "ringtail_cluster_members",
          "Members the epoch in use names.",
          () -> count(standing, role),
          "role",
          role.name().toLowerCase(Locale.ROOT));
    }
    metrics.gauge(
        "ringtail_cluster_joined",
        "1 if this node is part of a working cluster, else 0.",
        () -> standing.whyNotJoined().isEmpty() ? 1 : 0);
  }

  private static double count(Standing standing, Member.Role role) {
    return standing
        .newest()
        .map(e -> (double) e.members().stream().filter(m -> m.role() == role).count())
        .orElse(0.0);
  }
}
