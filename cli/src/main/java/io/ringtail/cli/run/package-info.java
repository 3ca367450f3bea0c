/**
 * Runs what stays up: starts it, says {@code ready}, and stops it in order on Ctrl-C, SIGTERM or
 * when it is fenced. In: a {@link RunningNode}. Out: one line on stdout and an exit code. Start at
 * {@link NodeRunner}. Threads: main, and the JVM's shutdown thread.
 */
@NullMarked
package io.ringtail.cli.run;

import org.jspecify.annotations.NullMarked;
