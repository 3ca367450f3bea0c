/**
 * The {@code ringtail} command. In: words of the command line and config files. Out: results on
 * stdout, talk on stderr, an {@code exit} code. One class a command. Start at {@link Ringtail}.
 * Threads: main; nodes bring their own.
 */
@NullMarked
package io.ringtail.cli;

import org.jspecify.annotations.NullMarked;
