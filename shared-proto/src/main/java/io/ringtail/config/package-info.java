/**
 * Reads YAML into immutable records and reports every problem at once as {@code file:line:column:
 * key: message}.
 *
 * <p>In: a YAML 1.2 file. Out: values, {@link ConfigProblem}s and the effective configuration.
 * Start at {@link ConfigFile}: it gives the root {@link ConfigSection}; components read their
 * records from sections; then {@link ConfigFile#problems()} says what was wrong, unknown keys
 * included. Threads: one, at start-up.
 */
@NullMarked
package io.ringtail.config;

import org.jspecify.annotations.NullMarked;
