/**
 * Who is in the cluster and who owns what: members, numbered epochs, and JGroups around them.
 *
 * <p>In: JGroups views and the states members publish. Out: {@link Epoch}s, in turn, to one {@link
 * EpochListener}. Start at {@link Membership}. Rules: protocol section 2.
 */
@NullMarked
package io.ringtail.cluster;

import org.jspecify.annotations.NullMarked;
