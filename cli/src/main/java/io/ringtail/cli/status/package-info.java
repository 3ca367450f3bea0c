/**
 * The page that tells how a cluster is: {@code ringtail status}. In: a {@code ClusterStatus} with
 * its findings. Out: first whether it is well, then what is wrong with cause and remedy, then a
 * table a tier. Start at {@link StatusCommand}; the page is {@link StatusPage}. Threads: the
 * command's.
 */
@NullMarked
package io.ringtail.cli.status;

import org.jspecify.annotations.NullMarked;
