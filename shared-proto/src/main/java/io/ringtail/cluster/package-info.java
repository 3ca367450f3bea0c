/**
 * Who is in the cluster and who owns what: members, numbered epochs, and JGroups around them.
 *
 * <p>In: JGroups views and the states members publish. Out: {@link Epoch}s, in turn, to one {@link
 * EpochListener}. Start at {@link Memberships}, for the rules at {@code Epochs}: it joins the
 * coordinator's side and the follower's, both pure, to which {@link JGroupsMembership} gives views,
 * messages and the time on one thread. {@code GroupChannel} is all there is of JGroups: it sends
 * {@code GroupWord}s, bytes of a kind, to one member or all; what comes goes through {@code
 * WordDispatch} to who takes its kind, also what others write to each other ({@link MemberMail}).
 * Threads: JGroups' only enqueue; the listener is called on the membership's. Rules: protocol
 * sections 2 and 11; choices: docs/decisions/0002-membership.md.
 */
@NullMarked
package io.ringtail.cluster;

import org.jspecify.annotations.NullMarked;
