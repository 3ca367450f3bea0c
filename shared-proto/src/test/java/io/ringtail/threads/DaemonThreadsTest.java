package io.ringtail.threads;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class DaemonThreadsTest {
  @Test
  void thread_ofAnExecutor_hasTheNameAndKeepsNoProcessAlive() throws Exception {
    ExecutorService executor = Executors.newSingleThreadExecutor(new DaemonThreads("some-timer"));
    try {
      Thread thread = executor.submit(Thread::currentThread).get();
      assertThat(thread.getName()).isEqualTo("some-timer");
      assertThat(thread.isDaemon()).isTrue();
    } finally {
      executor.shutdown();
    }
  }
}
