/**
 * Decisions: when one may be taken, what it is, whom it is told before it has effect, and what
 * others have decided. In: traces whose deadline has passed, notices. Out: kept traces to {@code
 * depart}, notices to heirs. Start at {@link io.ringtail.sampler.decide.Decider}, then {@link
 * io.ringtail.sampler.decide.Notices}. Threads: the shard's. Rules: protocol D1 to D5.
 */
@NullMarked
package io.ringtail.sampler.decide;

import org.jspecify.annotations.NullMarked;
