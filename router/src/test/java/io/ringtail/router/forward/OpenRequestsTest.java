package io.ringtail.router.forward;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.Counter;
import io.ringtail.metrics.Mishaps;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class OpenRequestsTest {
  private static final Duration AT_MOST = Duration.ofDays(10);

  private final Seqs seqs = new Seqs();
  private final AtomicLong now = new AtomicLong(-7);
  private final Counter mishaps = new Counter();
  private final OpenRequests requests =
      new OpenRequests(
          seqs,
          AT_MOST,
          new Mishaps(mishaps, LoggerFactory.getLogger(OpenRequestsTest.class), now::get),
          now::get);

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
    assertThat(requests.oldestSeq()).isEqualTo(11);
    second.run();
    assertThat(requests.oldestSeq()).isEqualTo(11);
    first.run();
    assertThat(requests.oldestSeq()).isEqualTo(33);
    third.run();
    assertThat(requests.count()).isZero();
    pass(OpenRequests.WINDOW_MILLIS, 0);
    assertThat(requests.oldestSeq()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void requestsOfOneWindow_countAsItsFirst() {
    pass(OpenRequests.WINDOW_MILLIS, 10);
    Runnable first = requests.begin();
    pass(OpenRequests.WINDOW_MILLIS - 1, 10);
    Runnable second = requests.begin();
    first.run();
    assertThat(requests.oldestSeq()).isEqualTo(11);
    pass(OpenRequests.WINDOW_MILLIS, 10);
    assertThat(requests.oldestSeq()).isEqualTo(11);
    second.run();
    assertThat(requests.oldestSeq()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void request_afterAWhileWithoutAny_isNotOlderThanItIs() {
    requests.begin().run();
    pass(10 * OpenRequests.WINDOW_MILLIS, 50);
    requests.begin();
    assertThat(requests.oldestSeq()).isEqualTo(52);
  }

  @Test
  void request_hasASeqAboveAllThatWereThere_butNoneIsTakenForEach() {
    pass(OpenRequests.WINDOW_MILLIS, 10);
    assertThat(requests.oldestSeq()).isEqualTo(Long.MAX_VALUE);
    for (int i = 0; i < 20; i++) {
      requests.begin();
    }
    assertThat(requests.oldestSeq()).isEqualTo(11);
    assertThat(seqs.last()).isEqualTo(11);
  }

  @Test
  void window_whoseRequestsAreAnswered_countsToItsEnd() {
    pass(OpenRequests.WINDOW_MILLIS, 10);
    requests.begin().run();
    pass(OpenRequests.WINDOW_MILLIS - 1, 10);
    assertThat(requests.oldestSeq()).isEqualTo(11);
    Runnable last = requests.begin();
    pass(1, 0);
    assertThat(requests.oldestSeq()).isEqualTo(11);
    last.run();
    assertThat(requests.oldestSeq()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void request_thatIsNeverAnswered_isGivenUpAndCounted() {
    Runnable never = requests.begin();
    pass(AT_MOST.toMillis(), 10);
    requests.begin();
    pass(OpenRequests.WINDOW_MILLIS - 1, 10);
    assertThat(requests.oldestSeq()).isEqualTo(1);
    assertThat(requests.count()).isEqualTo(2);
    assertThat(mishaps.getCount()).isZero();
    pass(1, 0);
    assertThat(requests.oldestSeq()).isEqualTo(12);
    assertThat(requests.count()).isEqualTo(1);
    assertThat(mishaps.getCount()).isEqualTo(1);
    never.run();
    assertThat(requests.count()).isEqualTo(1);
  }

  @Test
  void requests_ofManyThreads_areAllCounted() throws Exception {
    int each = 20_000;
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      boolean answers = i % 2 == 0;
      threads.add(
          new Thread(
              () -> {
                for (int n = 0; n < each; n++) {
                  comeAndGo(answers);
                }
              }));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(requests.count()).isEqualTo(2L * each);
  }

  /** Others come, are sent and are answered; a third of a window passes. */
  private void comeAndGo(boolean answered) {
    now.addAndGet(TimeUnit.MILLISECONDS.toNanos(OpenRequests.WINDOW_MILLIS) / 3);
    Runnable request = requests.begin();
    seqs.next();
    if (answered) {
      request.run();
    }
  }

  @Test
  void oldestSeq_whileManyComeAndGo_isNeverAboveOneThatIsOpen() throws Exception {
    AtomicBoolean ended = new AtomicBoolean();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      threads.add(
          new Thread(
              () -> {
                while (!ended.get()) {
                  comeAndGo(true);
                }
              }));
    }
    threads.forEach(Thread::start);
    int wrong = 0;
    for (int n = 0; n < 20_000; n++) {
      Runnable open = requests.begin();
      long sentAs = seqs.next();
      for (int look = 0; look < 5; look++) {
        wrong += requests.oldestSeq() < sentAs ? 0 : 1;
      }
      open.run();
    }
    ended.set(true);
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(wrong).isZero();
    assertThat(requests.count()).isZero();
  }

  /** Samplers keep the greatest bound they were told; what they see later is to cover it. */
  @Test
  void bounds_toldWhileRequestsCome_areNotAboveWhatIsSeenThen() throws Exception {
    AtomicBoolean ended = new AtomicBoolean();
    AtomicLong kept = new AtomicLong();
    Thread tells =
        new Thread(
            () -> {
              while (!ended.get()) {
                long next = seqs.last() + 1;
                kept.accumulateAndGet(Math.min(next, requests.oldestSeq()), Math::max);
              }
            });
    tells.start();
    int wrong = 0;
    for (int n = 0; n < 20_000; n++) {
      now.addAndGet(TimeUnit.MILLISECONDS.toNanos(OpenRequests.WINDOW_MILLIS) / 3);
      Runnable open = requests.begin();
      long seen = seqs.last();
      for (int look = 0; look < 50; look++) {
        wrong += kept.get() <= seen ? 0 : 1;
      }
      open.run();
    }
    ended.set(true);
    tells.join();
    assertThat(wrong).isZero();
  }
}
