/**
 * Prints a kept trace as a small waterfall: one line a span, in the order of the tree. In: the
 * decoded spans of one trace. Out: lines of text. Start at {@link Waterfall}. Threads: any, one at
 * a time. Buffers: none; spans are decoded, which nothing on the data path does.
 */
@NullMarked
package io.ringtail.cli.waterfall;

import org.jspecify.annotations.NullMarked;
