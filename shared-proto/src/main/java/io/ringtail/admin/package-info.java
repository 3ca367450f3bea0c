/**
 * The admin service of every node: what it is, what is wrong and what to do, where a trace is, what
 * a change would move, and changes. In: gRPC calls of operators, for any node or all. Out: answers
 * gathered from this node ({@link io.ringtail.admin.NodeAdmin}, which each tier implements) and the
 * others ({@link io.ringtail.admin.call}). Start at {@link io.ringtail.admin.Admin}. Threads: its
 * own few, so that neither the data path nor the membership wait for it; {@link
 * io.ringtail.admin.NodeAdmin} is asked on them.
 */
@NullMarked
package io.ringtail.admin;

import org.jspecify.annotations.NullMarked;
