package io.ringtail.cluster;

/**
 * One start of a node (protocol 1): the order of the first epoch that names it, and random bits
 * drawn at process start. Equal only if both are; the higher order is the newer. Before any epoch
 * has named a node its order is {@link EpochOrder#NONE}.
 */
public record Incarnation(EpochOrder order, long bits) {
  @Override
  public String toString() {
    return order + "-" + Long.toHexString(bits);
  }
}
