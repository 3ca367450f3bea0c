package io.ringtail.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.codahale.metrics.Counter;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class MishapsTest {
  private final ListAppender<ILoggingEvent> said = new ListAppender<>();
  private final Logger log = (Logger) LoggerFactory.getLogger(MishapsTest.class);
  private final Counter count = new Counter();
  private final AtomicLong now = new AtomicLong(-5);
  private final Mishaps mishaps = new Mishaps(count, log, now::get);

  @BeforeEach
  void listen() {
    said.start();
    log.setAdditive(false);
    log.addAppender(said);
  }

  @AfterEach
  void stopListening() {
    log.detachAppender(said);
    log.setAdditive(true);
  }

  @Test
  void task_thatThrows_goesOn() {
    int[] runs = {0};
    Runnable task =
        mishaps.goingOn(
            "event=tick-failed",
            () -> {
              runs[0]++;
              throw new OutOfMemoryError("told to fail");
            });
    task.run();
    task.run();
    assertThat(runs[0]).isEqualTo(2);
    assertThat(count.getCount()).isEqualTo(2);
    assertThat(said.list.get(0).getFormattedMessage()).isEqualTo("event=tick-failed count=1");
  }

  @Test
  void mishapCausedOutside_isAWarningWithoutItsTrace_saidNoMoreOften() {
    for (int i = 0; i < 100; i++) {
      mishaps.causedOutside("event=not-sent to=s1", new IllegalStateException("told to fail"));
    }
    assertThat(count.getCount()).isEqualTo(100);
    assertThat(said.list).hasSize(1);
    ILoggingEvent warning = said.list.get(0);
    assertThat(warning.getLevel()).isEqualTo(Level.WARN);
    assertThat(warning.getFormattedMessage())
        .isEqualTo(
            "event=not-sent to=s1 reason=\"java.lang.IllegalStateException: told to fail\""
                + " count=1");
    assertThat(warning.getThrowableProxy()).isNull();
  }

  @Test
  void mishaps_manyInASecond_areAllCountedAndSaidOnce() {
    for (int i = 0; i < 100; i++) {
      mishaps.happened("event=work-failed", new IllegalStateException("told to fail"));
      now.addAndGet(TimeUnit.MILLISECONDS.toNanos(10));
    }
    assertThat(count.getCount()).isEqualTo(100);
    assertThat(said.list).hasSize(1);
    assertThat(said.list.get(0).getFormattedMessage()).isEqualTo("event=work-failed count=1");
    assertThat(said.list.get(0).getThrowableProxy().getMessage()).isEqualTo("told to fail");

    now.addAndGet(TimeUnit.SECONDS.toNanos(9));
    mishaps.happened("event=work-failed", new AssertionError());
    assertThat(said.list).hasSize(2);
    assertThat(said.list.get(1).getFormattedMessage()).isEqualTo("event=work-failed count=101");
  }
}
