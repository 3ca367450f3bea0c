/**
 * What stdout can show: how wide, in which colours, and always UTF-8. Start at {@link Terminal}.
 * Threads: any.
 */
@NullMarked
package io.ringtail.cli.terminal;

import org.jspecify.annotations.NullMarked;
