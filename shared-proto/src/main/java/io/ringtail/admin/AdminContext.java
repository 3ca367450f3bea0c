package io.ringtail.admin;

import io.ringtail.cluster.ClusterConfig;
import io.ringtail.cluster.Membership;
import io.ringtail.metrics.Metrics;
import io.ringtail.ops.Readiness;
import io.ringtail.ring.RingTables;
import java.util.List;

/**
 * The node an admin service belongs to.
 *
 * @param cluster it is in
 * @param nodeId its own
 * @param notes on what it made of its settings, one sentence each
 * @param membership carries questions to other nodes
 * @param tables know the table in use
 * @param metrics of the node
 * @param readiness by which the service's health goes
 * @param surroundings of the node
 */
public record AdminContext(
    ClusterConfig cluster,
    String nodeId,
    List<String> notes,
    Membership membership,
    RingTables tables,
    Metrics metrics,
    Readiness readiness,
    Surroundings surroundings) {
  public AdminContext {
    notes = List.copyOf(notes);
  }
}
