/**
 * Commands that ask and change a running cluster through one of its nodes. In: words of the command
 * line. Out: calls of the admin service, and its answers as text, JSON or YAML. Start at {@link
 * AdminClient}; every command has {@link NodeOptions}; changes go through {@link PlannedChange}.
 * Threads: the command's.
 */
@NullMarked
package io.ringtail.cli.admin;

import org.jspecify.annotations.NullMarked;
