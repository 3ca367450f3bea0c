/**
 * {@code ringtail replay}: sends a file of OTLP JSON lines to OTLP endpoints at the pace it was
 * recorded. In: a file ({@link io.ringtail.cli.replay.TraceFile}). Out: requests through a {@link
 * io.ringtail.cli.replay.Sender}, and a {@link io.ringtail.cli.replay.Outcome}. Start at {@link
 * io.ringtail.cli.replay.Replay}. Threads: the caller's reads and paces; answers come on threads of
 * the transport; retries wait on one timer thread.
 */
@NullMarked
package io.ringtail.cli.replay;

import org.jspecify.annotations.NullMarked;
