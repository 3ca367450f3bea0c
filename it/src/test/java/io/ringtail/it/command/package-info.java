/**
 * The command as people run it: {@code dev}, exit codes, and what README says to type. Start at
 * {@code ReadmeIT}.
 */
@NullMarked
package io.ringtail.it.command;

import org.jspecify.annotations.NullMarked;
