/**
 * How a command ends: {@link ExitCode} and, with one line for the operator, {@link
 * CommandFailedException}. In a package of its own so that every command may use it.
 */
@NullMarked
package io.ringtail.cli.exit;

import org.jspecify.annotations.NullMarked;
