package io.ringtail.sampler.gather;

import io.netty.buffer.ByteBuf;
import io.ringtail.link.Header;

/**
 * The spans of one part that lie in one shard, as ranges of the link message.
 *
 * @param shard index of the shard
 * @param message the link message, a heap buffer ({@code hasArray()}); one reference belongs to
 *     this batch and is released by the shard, or by {@code ShardSet.offer} when it refuses
 * @param routerKey small number of the router incarnation, for notes and marks
 * @param seq of the part
 * @param firstSeq of its first acceptance, 0 if this is it
 * @param replay whether it answers a replay
 * @param ageMillis time since first acceptance by a router
 * @param groups what spans refer to
 * @param spans triples {group, offset, length}: a span's message bytes lie in {@code
 *     message.array()} at offset (absolute in the array), without tag and length
 * @param spanCount number of triples used in {@code spans}
 * @param spanBytes sum of the lengths
 */
public record ShardBatch(
    int shard,
    ByteBuf message,
    int routerKey,
    long seq,
    long firstSeq,
    boolean replay,
    long ageMillis,
    Group[] groups,
    int[] spans,
    int spanCount,
    int spanBytes) {

  /** What a run of spans shares. */
  public record Group(Header context, Header resource, Header scope) {}
}
