/**
 * What makes a sampler's slots move without a trace splitting: holds, questions for replay, marks
 * and their floors, completions. Pure state machines over one queue; the data itself is moved by
 * the shards.
 *
 * <p>In: epochs, completions, words of routers and samplers, what shards publish. Out: slot views
 * to the shards, words to routers and samplers, completions. Start at {@link Handoff}, for the
 * rules at {@code Keeper}. Threads: one, the handoff's. Rules: protocol sections 4 to 7 and 9.
 */
@NullMarked
package io.ringtail.sampler.handoff;

import org.jspecify.annotations.NullMarked;
