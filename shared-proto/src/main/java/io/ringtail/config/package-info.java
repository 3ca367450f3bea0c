/**
 * Reads YAML into immutable records and reports every problem at once as {@code file:line:column:
 * key: message}. Start at {@link ConfigSection}. Threads: one, at start-up.
 */
@NullMarked
package io.ringtail.config;

import org.jspecify.annotations.NullMarked;
