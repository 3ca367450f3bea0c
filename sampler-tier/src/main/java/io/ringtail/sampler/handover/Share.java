package io.ringtail.sampler.handover;

import io.netty.buffer.ByteBuf;
import io.ringtail.link.Peer;
import io.ringtail.sampler.depart.Unanswered;
import io.ringtail.sampler.settle.Notice;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What of one loss goes to one owner, in this order: decisions, open traces, exports. Threads: the
 * shard's. Buffers: encoded decisions belong to it until they are taken or it is cleared.
 */
final class Share {
  final Peer owner;
  final Deque<ByteBuf> decisions = new ArrayDeque<>();
  final IntQueue traces = new IntQueue();
  final IntQueue waiting = new IntQueue();
  final Deque<Unanswered.Export> exports = new ArrayDeque<>();

  /** Decisions of the cache, of the same kind and not yet enough to be encoded. */
  @Nullable Notice remembered;

  /** Decisions settled since they were told. */
  @Nullable Notice settled;

  Share(Peer owner) {
    this.owner = owner;
  }

  boolean isEmpty() {
    return decisions.isEmpty()
        && settled == null
        && traces.isEmpty()
        && waiting.isEmpty()
        && exports.isEmpty();
  }

  void release() {
    decisions.forEach(ByteBuf::release);
    decisions.clear();
    settled = null;
  }
}
