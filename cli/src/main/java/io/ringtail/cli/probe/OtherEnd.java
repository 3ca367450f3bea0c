package io.ringtail.cli.probe;

import io.ringtail.cli.send.Timing;
import io.ringtail.config.ListenException;
import io.ringtail.threads.DaemonThreads;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where what is kept comes out, watched until it is closed. Threads: those of the sink, or one that
 * reads the file.
 */
final class OtherEnd implements AutoCloseable {
  private static final int POLL_MILLIS = 50;

  private final AutoCloseable watching;
  private final String told;

  private OtherEnd(AutoCloseable watching, String told) {
    this.watching = watching;
    this.told = told;
  }

  /**
   * A sink at one address or two.
   *
   * @throws ListenException if one is taken
   */
  static OtherEnd sink(
      @Nullable InetSocketAddress grpc,
      @Nullable InetSocketAddress http,
      Arrivals arrivals,
      Timing timing)
      throws ListenException {
    Sink sink = Sink.listen(grpc, http, arrivals, timing::nanos);
    String told =
        (grpc == null ? "" : "OTLP/gRPC at " + grpc.getHostString() + ":" + sink.grpcPort())
            + (grpc == null || http == null ? "" : ", ")
            + (http == null ? "" : "OTLP/HTTP at " + http.getHostString() + ":" + sink.httpPort());
    return new OtherEnd(sink, told);
  }

  /**
   * A file that others append to.
   *
   * @param talk told once if it cannot be read any more
   * @throws IOException if it cannot be read now
   */
  static OtherEnd file(Path path, Arrivals arrivals, Timing timing, Consumer<String> talk)
      throws IOException {
    FollowedFile file = new FollowedFile(path, arrivals);
    ScheduledThreadPoolExecutor reader =
        new ScheduledThreadPoolExecutor(1, new DaemonThreads("probe-file"));
    Future<?> unused =
        reader.scheduleWithFixedDelay(
            () -> poll(file, timing, talk), 0, POLL_MILLIS, TimeUnit.MILLISECONDS);
    return new OtherEnd(
        () -> {
          reader.shutdown();
          if (reader.awaitTermination(2, TimeUnit.SECONDS)) {
            file.close();
          }
        },
        "what is appended to " + path);
  }

  /** What it throws ends the polling, so that this is told once. */
  private static void poll(FollowedFile file, Timing timing, Consumer<String> talk) {
    try {
      file.poll(timing.nanos());
    } catch (IOException | RuntimeException | Error e) {
      talk.accept("cannot be read any more: " + e);
      throw new IllegalStateException(e);
    }
  }

  /** For people. */
  String told() {
    return told;
  }

  @Override
  public void close() {
    try {
      watching.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      throw new IllegalStateException("closing " + told, e);
    }
  }
}
