package io.ringtail.cli.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.cli.send.Timing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OtherEndTest {
  @TempDir private Path directory;

  private final BlockingQueue<String> said = new LinkedBlockingQueue<>();

  /** Whoever waits for what is kept would wait in vain, and not know why. */
  @Test
  void file_whoseReadingFailsForABug_isToldBeforeItEnds() throws Exception {
    try (OtherEnd end = file(new OutOfMemoryError("told to fail"))) {
      assertThat(end.told()).contains("kept.jsonl");
      assertThat(said.poll(60, TimeUnit.SECONDS))
          .isEqualTo("cannot be read any more: java.lang.OutOfMemoryError: told to fail");
    }
  }

  private OtherEnd file(Error failure) throws IOException {
    return OtherEnd.file(
        directory.resolve("kept.jsonl"), new Arrivals(), new Failing(failure), said::add);
  }

  /** A clock that fails. */
  private record Failing(Error failure) implements Timing {
    @Override
    public long nanos() {
      throw failure;
    }

    @Override
    public void sleep(long nanos) {}

    @Override
    public void later(long nanos, Runnable task) {}

    @Override
    public void close() {}
  }
}
