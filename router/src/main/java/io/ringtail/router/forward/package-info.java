/**
 * Parts to their owners, and the answer to the client when every owner has accepted. In: requests
 * from {@code receive}, through {@link io.ringtail.router.receive.Ingress}; epochs. Out: links to
 * samplers.
 *
 * <p>Start at {@link Forwarder}, which puts the rest together: {@link RequestIntake} takes
 * requests, {@link EpochSwitch} takes epochs into use and {@link LinkSet} holds the links. Then
 * {@link Outbox}, which is one link's parts and the rules about them, and {@link Rerouter}, which
 * cuts parts anew after a resize. Both are plain state machines driven by {@link Link} (gRPC) and
 * the forwarder's timers. What an owner has accepted goes to {@link Retention}.
 *
 * <p>Threads: requests come on any; the state of a link belongs to its event loop, that of the
 * rerouter to another; epochs are built on a thread of their own. Buffers: a {@link Parcel} owns
 * its part until it is accepted or withdrawn. Rules: protocol sections 2 and 3.
 */
@NullMarked
package io.ringtail.router.forward;

import org.jspecify.annotations.NullMarked;
