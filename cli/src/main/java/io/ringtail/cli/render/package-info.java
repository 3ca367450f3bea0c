/**
 * Results as people and scripts read them. In: messages, figures, rows. Out: JSON and YAML, whose
 * shape is that of the messages ({@link Fields}), and text that fits the {@link Screen}: {@link
 * Table}, {@link Amounts}. Start at {@link Output}. Threads: any.
 */
@NullMarked
package io.ringtail.cli.render;

import org.jspecify.annotations.NullMarked;
