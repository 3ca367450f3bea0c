/**
 * {@code ringtail replay}: sends a file of OTLP JSON lines to OTLP endpoints at the pace it was
 * recorded. In: a file ({@link io.ringtail.cli.replay.TraceFile}). Out: requests delivered by
 * {@link io.ringtail.cli.send.Deliveries}, and their outcome. Start at {@link
 * io.ringtail.cli.replay.Replay}. Threads: the caller's reads and paces.
 */
@NullMarked
package io.ringtail.cli.replay;

import org.jspecify.annotations.NullMarked;
