/**
 * Questions of one node to another, over the group both are in. In: a question and whom to ask.
 * Out: its reply, or why there is none within the deadline. Start at {@link
 * io.ringtail.admin.call.NodeCalls}. Threads: any to ask; replies and other nodes' questions are
 * handled on workers given, never on the group's threads.
 */
@NullMarked
package io.ringtail.admin.call;

import org.jspecify.annotations.NullMarked;
