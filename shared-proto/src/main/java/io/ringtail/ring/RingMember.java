package io.ringtail.ring;

/**
 * What the ring knows of a sampler.
 *
 * @param nodeId stable name; not empty
 * @param weight share of slots relative to the others, 1 to {@link #MAX_WEIGHT}
 */
public record RingMember(String nodeId, int weight) {
  public static final int MAX_WEIGHT = 10_000;

  /**
   * @throws IllegalArgumentException if the id is empty or the weight out of range
   */
  public RingMember {
    if (nodeId.isEmpty()) {
      throw new IllegalArgumentException("node id: \"\" (expected not empty)");
    }
    if (weight < 1 || weight > MAX_WEIGHT) {
      throw new IllegalArgumentException(
          "weight of " + nodeId + ": " + weight + " (expected 1 to " + MAX_WEIGHT + ")");
    }
  }
}
