package io.ringtail.sampler.store;

/**
 * How much of a handoff is under way at once (protocol H4): not a key of the config.
 *
 * @param batchBytes a transfer is about so large, but for a single larger span
 * @param inFlightBytes to one owner, of all shards together; one transfer of each is always
 */
public record TransferPace(int batchBytes, long inFlightBytes) {
  static final TransferPace DEFAULT = new TransferPace(256 << 10, 4 << 20);

  /** Of one of so many shards. */
  public long inFlightBytes(int shards) {
    return Math.max(batchBytes, inFlightBytes / shards);
  }
}
