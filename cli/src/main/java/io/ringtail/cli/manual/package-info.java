/**
 * What a shell and {@code man} want to know of the command, made from the command itself so that it
 * cannot fall behind. In: the command's specification. Out: a bash completion and pages of the
 * manual; the build puts them beside the jars. Start at {@link ManPage} and {@link
 * CompletionCommand}. Threads: the command's.
 */
@NullMarked
package io.ringtail.cli.manual;

import org.jspecify.annotations.NullMarked;
