package io.ringtail.sampler.shard;

import io.ringtail.cluster.EpochOrder;

/** What has become of a notice of another sampler when all shards have met it. */
public sealed interface NoticeOutcome {
  /** All shards know its decisions. */
  record Stored() implements NoticeOutcome {}

  /**
   * Not all of them do: a slot of it is not the sender's.
   *
   * @param epoch the newest of the shard that said so
   */
  record NotOwner(EpochOrder epoch) implements NoticeOutcome {}

  /** Not all of them do: a shard failed. */
  record Failed() implements NoticeOutcome {}
}
