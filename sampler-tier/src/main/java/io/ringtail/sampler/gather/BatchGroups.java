package io.ringtail.sampler.gather;

import io.ringtail.sampler.store.ShardStore;
import java.util.Arrays;

/**
 * The numbers a shard has for the groups of one batch and their contexts, looked up when they are
 * first needed. Threads: the shard's.
 */
final class BatchGroups {
  private static final int UNKNOWN = -1;

  private final ShardStore store;
  private int[] groups = new int[16];
  private int[] contexts = new int[16];

  BatchGroups(ShardStore store) {
    this.store = store;
  }

  /** Forgets the batch before. */
  void begin(int count) {
    if (count > groups.length) {
      groups = new int[count * 2];
      contexts = new int[count * 2];
    }
    Arrays.fill(groups, 0, count, UNKNOWN);
    Arrays.fill(contexts, 0, count, UNKNOWN);
  }

  int context(ShardBatch batch, int index) {
    if (contexts[index] == UNKNOWN) {
      contexts[index] = store.contexts.intern(batch.groups()[index].context());
    }
    return contexts[index];
  }

  int group(ShardBatch batch, int index, int nowMillis) {
    if (groups[index] == UNKNOWN) {
      ShardBatch.Group group = batch.groups()[index];
      groups[index] = store.groups.intern(group.resource(), group.scope(), nowMillis);
    }
    return groups[index];
  }
}
