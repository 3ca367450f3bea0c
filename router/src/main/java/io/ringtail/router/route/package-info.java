/**
 * Who owns which slot now: one immutable {@link RoutingTable} per epoch, built off the data path,
 * read once a batch. In: epochs. Out: owners, to {@code split} and {@code forward}. Start at {@link
 * RoutingTable}. Threads: any. Rules: protocol section 2.
 */
@NullMarked
package io.ringtail.router.route;

import org.jspecify.annotations.NullMarked;
