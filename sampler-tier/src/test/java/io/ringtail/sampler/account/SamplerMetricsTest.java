package io.ringtail.sampler.account;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.ringtail.metrics.Metrics;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class SamplerMetricsTest {
  private final Metrics metrics = new Metrics();
  private final SamplerMetrics counts = new SamplerMetrics(metrics);

  /** A shard that finds its state broken does so in every cycle, thousands of times a second. */
  @Test
  void shard_thatFailsAgainAndAgain_isAlwaysCountedAndSaidOnce() {
    Logger log = (Logger) LoggerFactory.getLogger(SamplerMetrics.class);
    ListAppender<ILoggingEvent> said = new ListAppender<>();
    said.start();
    log.setAdditive(false);
    log.addAppender(said);
    try {
      for (int i = 0; i < 50; i++) {
        counts.shardFailed(3, new IllegalStateException("told to fail"));
      }
    } finally {
      log.detachAppender(said);
      log.setAdditive(true);
    }
    assertThat(metrics.counter("ringtail_sampler_shard_errors_total", "").getCount()).isEqualTo(50);
    assertThat(said.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly("event=shard-failed shard=3 count=1");
  }
}
