/**
 * Figures with their nouns, as all messages for people have them. Start at {@link Counted}.
 * Threads: any.
 */
@NullMarked
package io.ringtail.wording;

import org.jspecify.annotations.NullMarked;
