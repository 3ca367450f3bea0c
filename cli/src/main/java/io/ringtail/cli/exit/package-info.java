/**
 * How a command ends: {@link ExitCode} and, with one line for the operator, {@link
 * CommandFailedException}. In a package of its own so that every command may use it. In: what went
 * wrong. Out: a code and a line. Start at {@link ExitCode}. Threads: the command's.
 */
@NullMarked
package io.ringtail.cli.exit;

import org.jspecify.annotations.NullMarked;
