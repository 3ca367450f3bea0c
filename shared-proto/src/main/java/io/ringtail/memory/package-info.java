/**
 * What memory a process may take, and how a node says how it divides it. In: the JVM's limits. Out:
 * parts whose sum is at most these; each tier has a plan of its own that knows all its takers.
 * {@link NetworkMemory} keeps connections to theirs. Start at {@link MemoryLimits}. Threads: any.
 */
@NullMarked
package io.ringtail.memory;

import org.jspecify.annotations.NullMarked;
