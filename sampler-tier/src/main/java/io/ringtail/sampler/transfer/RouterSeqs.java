package io.ringtail.sampler.transfer;

/**
 * Of some routers the newest seq that was known (protocol 1, note).
 *
 * @param routers numbers of them in the batch
 * @param seqs as long; not to be changed
 */
public record RouterSeqs(int[] routers, long[] seqs) {
  static final RouterSeqs NONE = new RouterSeqs(new int[0], new long[0]);
}
