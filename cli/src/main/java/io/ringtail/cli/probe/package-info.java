/**
 * {@code ringtail probe}: sends marked traces, a span a request, through the front door, and checks
 * that each comes out behind it whole, once, unchanged and in time. In: a {@link
 * io.ringtail.cli.probe.ProbePlan}; spans of the other end, from a {@link
 * io.ringtail.cli.probe.Sink} or a {@link io.ringtail.cli.probe.FollowedFile}. Out: a {@link
 * io.ringtail.cli.probe.Verdict} a trace. Start at {@link io.ringtail.cli.probe.Probe}. Threads:
 * the caller's sends and judges; spans arrive on the sink's event loops or the file's thread.
 */
@NullMarked
package io.ringtail.cli.probe;

import org.jspecify.annotations.NullMarked;
