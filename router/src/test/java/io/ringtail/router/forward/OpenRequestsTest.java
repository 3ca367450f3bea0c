package io.ringtail.router.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class OpenRequestsTest {
  private final Seqs seqs = new Seqs();
  private final AtomicLong now = new AtomicLong(-7);
  private final OpenRequests requests = new OpenRequests(seqs, now::get);

  private void pass(long millis, int sendings) {
    now.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
    for (int i = 0; i < sendings; i++) {
      seqs.next();
    }
  }

  @Test
  void oldestSeq_isThatOfTheOldestThatIsNotAnswered() {
    pass(OpenRequests.WINDOW_MILLIS, 10);
    Runnable first = requests.begin();
    pass(OpenRequests.WINDOW_MILLIS, 10);
    Runnable second = requests.begin();
    pass(5 * OpenRequests.WINDOW_MILLIS, 10);
    Runnable third = requests.begin();
    assertThat(requests.count()).isEqualTo(3);
    assertThat(requests.oldestSeq()).isEqualTo(10);
    second.run();
    assertThat(requests.oldestSeq()).isEqualTo(10);
    first.run();
    assertThat(requests.oldestSeq()).isEqualTo(30);
    third.run();
    assertThat(requests.oldestSeq()).isEqualTo(Long.MAX_VALUE);
    assertThat(requests.count()).isZero();
  }

  @Test
  void requestsOfOneWindow_countAsItsFirst() {
    pass(OpenRequests.WINDOW_MILLIS, 10);
    Runnable first = requests.begin();
    pass(OpenRequests.WINDOW_MILLIS - 1, 10);
    Runnable second = requests.begin();
    first.run();
    assertThat(requests.oldestSeq()).isEqualTo(10);
    pass(OpenRequests.WINDOW_MILLIS, 10);
    assertThat(requests.oldestSeq()).isEqualTo(10);
    second.run();
    assertThat(requests.oldestSeq()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void request_afterAWhileWithoutAny_isNotOlderThanItIs() {
    requests.begin().run();
    pass(10 * OpenRequests.WINDOW_MILLIS, 50);
    requests.begin();
    assertThat(requests.oldestSeq()).isEqualTo(50);
  }

  @Test
  void requests_ofManyThreads_areAllCounted() throws Exception {
    int each = 20_000;
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      boolean answers = i % 2 == 0;
      Thread thread =
          new Thread(
              () -> {
                for (int n = 0; n < each; n++) {
                  now.addAndGet(TimeUnit.MILLISECONDS.toNanos(OpenRequests.WINDOW_MILLIS) / 3);
                  Runnable answered = requests.begin();
                  if (answers) {
                    answered.run();
                  }
                }
              });
      threads.add(thread);
      thread.start();
    }
    while (threads.stream().anyMatch(Thread::isAlive)) {
      assertThat(requests.oldestSeq()).isIn(0L, Long.MAX_VALUE);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(requests.count()).isEqualTo(2L * each);
  }
}
