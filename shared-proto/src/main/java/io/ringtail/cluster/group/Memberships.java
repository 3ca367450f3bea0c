package io.ringtail.cluster.group;

import io.ringtail.cluster.ClusterConfig;
import io.ringtail.cluster.Member;
import io.ringtail.cluster.Membership;
import io.ringtail.metrics.Metrics;
import io.ringtail.rules.Rules;
import java.util.List;
import java.util.function.ToLongFunction;

/** Makes the {@link Membership} that a config asks for. Threads: any. */
public final class Memberships {
  private Memberships() {}

  /**
   * @param tableChecksum checksum of the ring table of members that own slots: {@code owners ->
   *     RingTable.of(owners).checksum()} (the ring knows this package, so not the reverse)
   * @param rules those of agreeing on epochs, if members come and go
   */
  public static Membership of(
      ClusterConfig config,
      ToLongFunction<List<Member>> tableChecksum,
      Metrics metrics,
      Rules rules) {
    return config.discovery() == ClusterConfig.Discovery.FIXED
        ? new StaticMembership(config.members(), tableChecksum)
        : new JGroupsMembership(config, tableChecksum, metrics, rules);
  }
}
