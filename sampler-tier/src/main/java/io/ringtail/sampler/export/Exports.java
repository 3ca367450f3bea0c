package io.ringtail.sampler.export;

import io.ringtail.metrics.Metrics;
import io.ringtail.sampler.export.KeptTrace.Answer;
import io.ringtail.sampler.export.send.FileTransport;
import io.ringtail.sampler.export.send.GrpcTransport;
import io.ringtail.sampler.export.send.HttpTransport;
import io.ringtail.sampler.export.send.OtlpEndpoint;
import io.ringtail.sampler.export.send.Transport;
import io.ringtail.threads.DaemonThreads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The export of a sampler: every kept trace to every configured destination. A trace is taken by
 * all of them or by none, and answered when the last has answered: accepted if all accepted.
 *
 * <p>Threads: {@link #offer} by many; each destination has one of its own. Buffers: taken traces
 * are released once their bytes are copied into a request.
 */
public final class Exports implements ExportQueue {
  private static final Logger log = LoggerFactory.getLogger(Exports.class);

  private final List<Destination> destinations = new ArrayList<>();
  private final List<DestinationLoop> loops = new ArrayList<>();
  private volatile boolean stopped;

  private Exports() {}

  /**
   * Opens all destinations of the config and starts their threads.
   *
   * @throws UncheckedIOException if the file or the directory of the queue on disk cannot be used;
   *     the message names the key
   */
  public static Exports open(ExportConfig config, Metrics metrics) {
    config.file().ifPresent(Exports::requireWritable);
    Exports exports = new Exports();
    if (!config.endpoints().isEmpty()) {
      List<Transport> transports = config.endpoints().stream().map(Exports::transport).toList();
      exports.add("otlp", config, config.maxInFlight(), transports, spool(config), metrics);
    }
    config
        .file()
        .ifPresent(
            path ->
                exports.add("file", config, 1, List.of(new FileTransport(path)), null, metrics));
    exports.loops.forEach(DestinationLoop::start);
    return exports;
  }

  private static void requireWritable(Path file) {
    FileTransport.whyNotWritable(file)
        .ifPresent(
            why -> {
              throw new UncheckedIOException(
                  new IOException("sampler.export.file: " + file + ": " + why));
            });
  }

  private static @Nullable Spool spool(ExportConfig config) {
    if (config.disk().isEmpty()) {
      return null;
    }
    ExportConfig.DiskQueue disk = config.disk().get();
    try {
      return new Spool(disk.directory(), disk.maxBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Transport transport(OtlpEndpoint endpoint) {
    return switch (endpoint.protocol()) {
      case GRPC -> new GrpcTransport(endpoint);
      case HTTP -> new HttpTransport(endpoint, InstantSource.system());
    };
  }

  private void add(
      String name,
      ExportConfig config,
      int maxInFlight,
      List<? extends Transport> transports,
      @Nullable Spool spool,
      Metrics metrics) {
    DestinationLoop[] loop = new DestinationLoop[1];
    Destination destination =
        new Destination(
            name,
            config,
            maxInFlight,
            transports,
            spool,
            Executors.newSingleThreadExecutor(new DaemonThreads("ringtail-disk-" + name)),
            metrics,
            new Random(),
            () -> loop[0].wakeUp());
    loop[0] = new DestinationLoop(destination);
    destinations.add(destination);
    loops.add(loop[0]);
    for (Transport transport : transports) {
      log.info("export destination={} to={}", name, transport.name());
    }
  }

  @Override
  public boolean offer(KeptTrace trace) {
    if (stopped) {
      return false;
    }
    int bytes = Batch.costBytes(trace);
    if (!reserveIn(destinations.size(), bytes)) {
      return false;
    }
    if (destinations.size() == 1) {
      destinations.get(0).enqueue(trace);
      return true;
    }
    List<KeptTrace> copies;
    try {
      copies = copies(trace);
    } catch (RuntimeException | Error e) {
      unreserveIn(destinations.size(), bytes); // else so much of the queues is gone for good
      throw e;
    }
    for (int i = 0; i < copies.size(); i++) {
      destinations.get(i).enqueue(copies.get(i));
    }
    trace.resourceSpans().release();
    if (destinations.isEmpty()) {
      trace.onAnswered().onAnswered(trace, Answer.ACCEPTED);
    }
    return true;
  }

  /** One for each destination. */
  private List<KeptTrace> copies(KeptTrace trace) {
    FanOut answers = new FanOut(trace, destinations.size());
    List<KeptTrace> copies = new ArrayList<>(destinations.size());
    try {
      for (int i = 0; i < destinations.size(); i++) {
        copies.add(answers.copy());
      }
      return copies;
    } catch (RuntimeException | Error e) {
      copies.forEach(copy -> copy.resourceSpans().release());
      throw e;
    }
  }

  private boolean reserveIn(int count, int bytes) {
    for (int i = 0; i < count; i++) {
      if (!destinations.get(i).tryReserve(bytes)) {
        unreserveIn(i, bytes);
        return false;
      }
    }
    return true;
  }

  private void unreserveIn(int count, int bytes) {
    for (int i = 0; i < count; i++) {
      destinations.get(i).unreserve(bytes);
    }
  }

  /** Whether each destination works. Threads: any. */
  public List<DestinationHealth> health() {
    long nowNanos = System.nanoTime();
    return destinations.stream().map(destination -> health(destination, nowNanos)).toList();
  }

  private static DestinationHealth health(Destination of, long nowNanos) {
    return of.health()
        .failing()
        .map(f -> new DestinationHealth(of.name(), nowNanos - f.sinceNanos(), f.why()))
        .orElseGet(() -> new DestinationHealth(of.name(), 0, ""));
  }

  /** Whether everything taken has been answered. */
  public boolean isEmpty() {
    return destinations.stream().allMatch(Destination::isEmpty);
  }

  /**
   * Takes nothing more, sends what is queued, and waits until all is answered or the time is over;
   * what is left then is answered as rejected, counted and logged.
   */
  public void close(Duration patience) {
    close(patience, patience);
  }

  /**
   * As {@link #close}, where others send or have sent all that waits in memory: only for what lies
   * on disk there is a reason to wait. What is left there is counted and logged.
   */
  public void closeHandedOver(Duration patience) {
    close(Duration.ZERO, patience);
  }

  private void close(Duration forMemory, Duration forDisk) {
    stopped = true;
    long nowNanos = System.nanoTime();
    for (int i = 0; i < loops.size(); i++) {
      Duration patience = destinations.get(i).diskBytes() > 0 ? forDisk : forMemory;
      loops.get(i).end(nowNanos + patience.toNanos());
    }
    try {
      for (DestinationLoop loop : loops) {
        loop.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
