package io.ringtail.cli.run;

import com.google.common.base.Throwables;
import io.ringtail.threads.DaemonThreads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at a config file each second and tells when its bytes are others. By content, since a
 * mounted ConfigMap is swapped by a link and keeps its times. Threads: one of its own.
 */
public final class ConfigWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ConfigWatch.class);

  private final Path file;
  private final Consumer<byte[]> onChange;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(new DaemonThreads("config-watch"));
  private byte[] seen;
  private byte[] before = new byte[0];
  private boolean unreadable;

  /**
   * @param seen the bytes that are in use
   * @param onChange told others, after they have been the same twice: who writes a file in place
   *     may not be done; not to read the file once more, which may be half written by then
   */
  public ConfigWatch(Path file, byte[] seen, Consumer<byte[]> onChange) {
    this.file = file;
    this.seen = seen.clone();
    this.onChange = onChange;
  }

  public void start() {
    var unused = thread.scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.SECONDS);
  }

  /** One look; for tests. */
  void look() {
    try {
      byte[] now = Files.readAllBytes(file);
      unreadable = false;
      boolean settled = Arrays.equals(now, before);
      before = now;
      if (settled && !Arrays.equals(now, seen)) {
        seen = now;
        onChange.accept(now.clone());
      }
    } catch (IOException e) {
      if (!unreadable) {
        unreadable = true;
        log.warn("event=config-unreadable file={} reason=\"{}\"", file, e.toString());
      }
    } catch (RuntimeException | Error e) { // thrown on, it would be the last look
      log.error(
          "event=config-not-applied file={} reason=\"{}\"",
          file,
          Throwables.getRootCause(e).toString(),
          e);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
