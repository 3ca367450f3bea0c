package io.ringtail.threads;

import java.util.concurrent.ThreadFactory;

/**
 * Makes the thread of an executor that needs but one, which the process does not wait for at its
 * end. Threads: any.
 *
 * @param name of the thread, as it stands in thread dumps
 */
public record DaemonThreads(String name) implements ThreadFactory {
  @Override
  public Thread newThread(Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }
}
