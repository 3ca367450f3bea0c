/**
 * Joining a cluster: JGroups around the pure rules of {@code epoch}, or a fixed list. In: a {@code
 * ClusterConfig}. Out: a {@code Membership}. Start at {@link Memberships}, then {@link
 * JGroupsMembership}. {@code GroupChannel} is all there is of JGroups: it sends words to one member
 * or all, and tells views. Threads: JGroups' only enqueue; all state is the membership's.
 */
@NullMarked
package io.ringtail.cluster.group;

import org.jspecify.annotations.NullMarked;
