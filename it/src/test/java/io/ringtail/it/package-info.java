/**
 * Tests of the whole: which module may know which, and nodes as processes. Start at {@link
 * ArchitectureTest} and at {@code harness}. Tests that start processes are named {@code XIT} and
 * run in Maven's {@code integration-test} phase.
 */
@NullMarked
package io.ringtail.it;

import org.jspecify.annotations.NullMarked;
