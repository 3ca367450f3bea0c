package io.ringtail.cluster;

/**
 * What a node publishes of itself.
 *
 * @param nodeId stable name; a restarted node has the same
 * @param incarnation this start of it
 * @param role which tier
 * @param state where it stands in its life
 * @param weight share of slots relative to the others, 1 to 10,000, 100 by default; routers: 0
 * @param linkAddress {@code host:port} of the sampler's link server; empty for routers
 * @param adminAddress {@code host:port} of the ops HTTP server, empty if none
 * @param zone failure zone, empty if unknown
 * @param protocolVersion highest version of the link protocol it speaks
 */
public record Member(
    String nodeId,
    Incarnation incarnation,
    Role role,
    State state,
    int weight,
    String linkAddress,
    String adminAddress,
    String zone,
    int protocolVersion) {

  public enum Role {
    ROUTER,
    SAMPLER
  }

  public enum State {
    JOINING,
    ACTIVE,
    DRAINING
  }

  public Member withState(State newState) {
    return new Member(
        nodeId,
        incarnation,
        role,
        newState,
        weight,
        linkAddress,
        adminAddress,
        zone,
        protocolVersion);
  }

  public Member withIncarnation(Incarnation newIncarnation) {
    return new Member(
        nodeId,
        newIncarnation,
        role,
        state,
        weight,
        linkAddress,
        adminAddress,
        zone,
        protocolVersion);
  }

  public Member withWeight(int newWeight) {
    return new Member(
        nodeId,
        incarnation,
        role,
        state,
        newWeight,
        linkAddress,
        adminAddress,
        zone,
        protocolVersion);
  }

  /** Whether it owns slots: an ACTIVE sampler of weight above 0. */
  public boolean ownsSlots() {
    return role == Role.SAMPLER && state == State.ACTIVE && weight > 0;
  }
}
