package io.ringtail.sampler.export;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.ringtail.metrics.Metrics;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class ListeningQueueTest {
  private static final int TRACES = 50;

  private final Logger log = (Logger) LoggerFactory.getLogger(ListeningQueue.class);
  private final ListAppender<ILoggingEvent> said = new ListAppender<>();
  private final Metrics metrics = new Metrics();
  private final Kept kept = new Kept();

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

  /** The trace is the queue's: whoever offered it must not hear that it was not taken. */
  @Test
  void listenerThatFails_changesNothing_isCountedEachTimeAndSaidOnce() {
    ExportQueue queue =
        new ListeningQueue(
            trace -> {
              trace.resourceSpans().release();
              return true;
            },
            trace -> {
              throw new AssertionError("told to fail");
            },
            metrics);
    for (int i = 1; i <= TRACES; i++) {
      KeptTrace trace = kept.trace(i, 1);
      assertThat(queue.offer(trace)).isTrue();
      assertThat(trace.resourceSpans().refCnt()).isZero();
    }
    assertThat(metrics.counter("ringtail_sampler_kept_listener_failures_total", "").getCount())
        .isEqualTo(TRACES);
    assertThat(said.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly("event=listener-failed count=1");
  }
}
