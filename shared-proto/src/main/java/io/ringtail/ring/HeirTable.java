package io.ringtail.ring;

import io.ringtail.trace.TraceHash;

/**
 * Who would own each slot if its present owner were gone: exactly the owner in the table of all
 * members without that one. Threads: any; immutable.
 */
public final class HeirTable {
  private final short[] heirs;

  HeirTable(short[] heirs) {
    this.heirs = heirs;
  }

  /**
   * The heir of a slot as an index into {@link RingTable#members()}.
   *
   * @param slot 0 to {@link TraceHash#SLOTS} − 1
   * @return −1 if there are fewer than two members
   */
  public int heirIndex(int slot) {
    return heirs[slot];
  }
}
