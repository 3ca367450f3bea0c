package io.ringtail.cluster.group;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.ringtail.cluster.ClusterConfig;
import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochListener;
import io.ringtail.cluster.Member;
import io.ringtail.cluster.Members;
import io.ringtail.cluster.epoch.Epochs;
import io.ringtail.cluster.word.GroupWord;
import io.ringtail.metrics.Metrics;
import io.ringtail.rules.Rules;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Errors of the membership's thread: a step comes every 100 ms, and with every word. */
class SessionTest {
  private static final Member SELF = Members.member("s0", Member.Role.SAMPLER, 100);

  private final ClusterMetrics metrics = new ClusterMetrics(new Metrics());
  private final Logger log =
      (Logger) LoggerFactory.getLogger(ClusterMetrics.class.getPackageName());
  private final ListAppender<ILoggingEvent> said = new ListAppender<>();

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
  void steps_thatFailAgainAndAgain_areAllCountedAndSaidOnce() throws Exception {
    Session session = session();
    for (int i = 0; i < 50; i++) {
      session.step(
          (epochs, nowNanos) -> {
            throw new IllegalStateException("told to fail");
          });
    }
    assertThat(metrics.failures.getCount()).isEqualTo(50);
    assertThat(said.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly("event=membership-failed count=1");
  }

  /** Each step sends some words. */
  @Test
  void wordsNotSent_areAllCountedAndSaidOnce() throws Exception {
    GroupChannel channel = notConnected();
    for (int i = 0; i < 50; i++) {
      channel.sendAll(new GroupWord(1, new byte[0]));
    }
    assertThat(metrics.failures.getCount()).isEqualTo(50);
    assertThat(said.list)
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.getLevel()).isEqualTo(Level.WARN);
              assertThat(event.getFormattedMessage())
                  .startsWith("event=cluster-message-not-sent to=null reason=")
                  .endsWith(" count=1");
            });
  }

  private GroupChannel notConnected() throws Exception {
    ClusterConfig config =
        new ClusterConfig(
            "test",
            "127.0.0.1",
            1,
            ClusterConfig.Discovery.STATIC,
            List.of("127.0.0.1:1"),
            "",
            "",
            "",
            List.of(),
            0);
    return new GroupChannel(config, 1, SELF, System::nanoTime, metrics.failures);
  }

  private Session session() throws Exception {
    return new Session(
        new Epochs(SELF, List::size, Rules.ALL),
        new Deaf(),
        notConnected(),
        new Standing(0, metrics.alone),
        metrics,
        System::nanoTime);
  }

  private static final class Deaf implements EpochListener {
    @Override
    public void onEpoch(Epoch epoch) {}

    @Override
    public void onFenced(Member newer) {
      throw new AssertionError(newer);
    }
  }
}
