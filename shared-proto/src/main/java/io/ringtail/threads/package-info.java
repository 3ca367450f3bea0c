/**
 * How threads are made that keep no process alive. Start at {@link
 * io.ringtail.threads.DaemonThreads}. Threads: any.
 */
@NullMarked
package io.ringtail.threads;

import org.jspecify.annotations.NullMarked;
