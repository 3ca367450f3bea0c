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
  private static final Duration SHORT = Duration.ofSeconds(16);

  private final Seqs seqs = new Seqs();
  private final AtomicLong now = new AtomicLong(-7);
  private final Counter mishaps = new Counter();
  private final OpenRequests requests = requests(AT_MOST);

  private OpenRequests requests(Duration atMost) {
    return new OpenRequests(
        seqs,
        atMost,
        new Mishaps(mishaps, LoggerFactory.getLogger(OpenRequestsTest.class), now::get),
        now::get);
  }

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

  /** Somebody looks each 20 ms, as the loop does. */
  private void passLooking(OpenRequests at, long millis) {
    for (long left = millis; left > 0; left -= 20) {
      pass(Math.min(20, left), 0);
      at.oldestSeq();
    }
  }

  @Test
  void request_thatIsNeverAnswered_isGivenUpAndCounted() {
    OpenRequests at = requests(SHORT);
    Runnable never = at.begin();
    passLooking(at, SHORT.toMillis());
    pass(0, 10);
    at.begin();
    passLooking(at, OpenRequests.WINDOW_MILLIS - 1);
    assertThat(at.oldestSeq()).isEqualTo(1);
    assertThat(at.count()).isEqualTo(2);
    assertThat(mishaps.getCount()).isZero();
    pass(1, 0);
    assertThat(at.oldestSeq()).isEqualTo(12);
    assertThat(at.count()).isEqualTo(1);
    assertThat(mishaps.getCount()).isEqualTo(1);
    never.run();
    assertThat(at.count()).isEqualTo(1);
  }

  @Test
  void processThatWasStopped_givesUpNothingForThatTime() {
    OpenRequests at = requests(SHORT);
    Runnable first = at.begin();
    passLooking(at, SHORT.toMillis() / 2);
    Runnable second = at.begin();
    pass(10 * SHORT.toMillis(), 0);
    assertThat(at.oldestSeq()).isEqualTo(1);
    first.run();
    assertThat(at.oldestSeq()).isEqualTo(2);
    second.run();
    assertThat(at.oldestSeq()).isEqualTo(Long.MAX_VALUE);
    assertThat(mishaps.getCount()).isZero();
  }

  @Test
  void processThatWasStopped_thenGivesUpWhatIsNeverAnswered() {
    OpenRequests at = requests(SHORT);
    at.begin();
    pass(10 * SHORT.toMillis(), 0);
    at.begin();
    long lasts = SHORT.toMillis() + OpenRequests.WINDOW_MILLIS;
    passLooking(at, lasts - OpenRequests.STILL_MILLIS - 1);
    assertThat(mishaps.getCount()).isZero();
    passLooking(at, 1);
    assertThat(mishaps.getCount()).isEqualTo(1);
    assertThat(at.count()).as("that began when it went on").isEqualTo(1);
    passLooking(at, OpenRequests.STILL_MILLIS);
    assertThat(at.count()).isZero();
  }

  /** As on a machine without a core to spare. */
  @Test
  void requestThatIsNeverAnswered_whereLooksAreRare_isGivenUpLater() {
    OpenRequests at = requests(SHORT);
    at.begin();
    for (int i = 0; i < 54; i++) { // 54 * 300 = 16,200 ms
      assertThat(at.oldestSeq()).isEqualTo(1);
      pass(1_000, 0);
    }
    assertThat(at.oldestSeq()).as("16.1 s, 300 ms a look").isNotEqualTo(1);
    assertThat(mishaps.getCount()).isEqualTo(1);
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
