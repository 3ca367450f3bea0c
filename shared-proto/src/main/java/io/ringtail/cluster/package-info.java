/**
 * Who is in the cluster and who owns what, as all other packages see it: members, numbered epochs,
 * and how a node joins.
 *
 * <p>In: what a node says of itself. Out: {@link Epoch}s, in turn, to one {@link EpochListener}.
 * Start at {@link Membership}; {@code group} joins, by the rules of {@code epoch}, with the words
 * of {@code word}. Threads: values are immutable; the listener is called on the membership's.
 * Rules: protocol sections 2 and 11; choices: docs/decisions/0002-membership.md.
 */
@NullMarked
package io.ringtail.cluster;

import org.jspecify.annotations.NullMarked;
