/**
 * Export requests sent to OTLP endpoints and answered, retried by the rules of OTLP: what {@code
 * replay}, {@code probe} and {@code load} share. In: bodies as bytes ({@link
 * io.ringtail.cli.send.Request}). Out: {@link io.ringtail.cli.send.Answer} a request, {@link
 * io.ringtail.cli.send.Outcome} of all. Start at {@link io.ringtail.cli.send.Deliveries}. Threads:
 * the caller's sends; answers come on threads of the transport; retries wait on one timer thread.
 */
@NullMarked
package io.ringtail.cli.send;

import org.jspecify.annotations.NullMarked;
