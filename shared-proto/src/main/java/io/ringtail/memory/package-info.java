/**
 * What memory a process may take, and how a node says how it divides it. In: the memory limit of
 * the control group or machine ({@link JvmMemory}). Out: parts whose sum is at most what the heap
 * and the JVM itself leave of it; each tier has a plan of its own that knows all its takers. {@link
 * NetworkMemory} keeps connections to theirs. Start at {@link JvmMemory}. Threads: any.
 */
@NullMarked
package io.ringtail.memory;

import org.jspecify.annotations.NullMarked;
