/**
 * What stdout can show: how wide, in which colours, and always UTF-8; and how far a command is, on
 * stderr. Start at {@link io.ringtail.cli.terminal.Terminal}. Threads: any; progress has one of its
 * own.
 */
@NullMarked
package io.ringtail.cli.terminal;

import org.jspecify.annotations.NullMarked;
