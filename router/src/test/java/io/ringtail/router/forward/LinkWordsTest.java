package io.ringtail.router.forward;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.DictionaryLimits;
import io.ringtail.link.LinkMessage;
import io.ringtail.link.LinkReader;
import io.ringtail.link.LinkReader.Frame;
import io.ringtail.link.LinkWriter;
import io.ringtail.link.Peer;
import io.ringtail.link.Progress;
import io.ringtail.link.RouterWord;
import io.ringtail.metrics.Metrics;
import io.ringtail.metrics.Mishaps;
import io.ringtail.router.forward.ForwardMetrics.ResendReason;
import io.ringtail.router.route.Tables;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LinkWordsTest {
  private static final EpochOrder IN_USE = new EpochOrder(1, 3);

  private final AtomicLong now = new AtomicLong();
  private final Seqs seqs = new Seqs();
  private final LinkWords words = new LinkWords(context());
  private final LinkWriter message = new LinkWriter(DictionaryLimits.DEFAULT);

  private LinkContext context() {
    ForwardMetrics metrics = new ForwardMetrics(new Metrics());
    return new LinkContext(
        ForwardConfig.defaults(),
        () -> new Peer(Tables.ROUTER, Tables.router().incarnation()),
        (address, loop) -> {
          throw new AssertionError(address);
        },
        seqs,
        new AtomicLong(),
        new Random(1),
        new InUse(),
        new RecordedRetention(),
        metrics,
        new Mishaps(metrics.failures, LoggerFactory.getLogger(LinkWordsTest.class), now::get),
        new UnsentBytes(1 << 20),
        now::get);
  }

  private static final class InUse implements Rerouting {
    @Override
    public void reroute(Parcel parcel, EpochOrder atLeast, long waitNanos, ResendReason reason) {
      throw new AssertionError(reason);
    }

    @Override
    public EpochOrder inUse() {
      return IN_USE;
    }
  }

  /** Words, and progress, that the message has. */
  private List<Object> said() throws Exception {
    LinkReader reader = new LinkReader(DictionaryLimits.DEFAULT);
    List<Object> said = new ArrayList<>();
    try (LinkMessage finished = message.finish()) {
      byte[] bytes = finished.readAllBytes();
      reader.reset(bytes, 0, bytes.length);
      for (Frame f = reader.next(); f != Frame.END; f = reader.next()) {
        said.add(f == Frame.WORD ? reader.word() : reader.progress());
      }
    }
    return said;
  }

  private void passMillis(long millis) {
    now.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  @Test
  void words_areSaidOnceAndInOrder() throws Exception {
    words.add(new RouterWord.Lowered(7));
    words.add(new RouterWord.Has(true));
    assertThat(words.write(message)).isTrue();
    assertThat(words.write(message)).isFalse();
    assertThat(said()).containsExactly(new RouterWord.Lowered(7), new RouterWord.Has(true));
  }

  @Test
  void words_ofWhileTheLinkIsDown_areLost() throws Exception {
    words.add(new RouterWord.Lowered(7));
    words.clear();
    assertThat(words.write(message)).isFalse();
    assertThat(said()).isEmpty();
  }

  @Test
  void progress_isWhatSeqsLogAndEpochAreNow() throws Exception {
    long last = seqs.next();
    words.writeProgress(message);
    assertThat(said())
        .containsExactly(new Progress(last, new RecordedRetention().oldestSeq(), IN_USE));
  }

  @Test
  void progress_isDueAHundredMillisecondsAfterTheLastOrTheLinkCameUp() throws Exception {
    passMillis(1_000);
    words.onUp();
    passMillis(99);
    words.writeProgressIfDue(message);
    assertThat(message.isEmpty()).isTrue();
    passMillis(1);
    words.writeProgressIfDue(message);
    passMillis(99);
    words.writeProgressIfDue(message);
    assertThat(said()).hasSize(1);
  }
}
