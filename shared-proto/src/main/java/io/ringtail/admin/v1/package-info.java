/**
 * Messages of the admin service, generated from {@code admin.proto}, and of the letters nodes ask
 * each other by, from {@code nodes.proto}. Nothing here is written by hand. Start at {@link
 * io.ringtail.admin.v1.ClusterStatus}. Threads: any; messages are immutable.
 */
@NullMarked
package io.ringtail.admin.v1;

import org.jspecify.annotations.NullMarked;
