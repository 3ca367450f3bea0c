package io.ringtail.it.resize;

import io.ringtail.it.harness.Cluster;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * The most that each node used of its memory, and the least that a router's log covered, while it
 * is watched. Threads: its own; {@link #into} and {@link #close} by the test's.
 */
final class Peaks implements AutoCloseable {
  private static final long EVERY_MILLIS = 500;
  private static final Duration ANSWER = Duration.ofSeconds(2);

  private final List<Cluster.Node> nodes;
  private final Map<String, Double> most = new TreeMap<>();
  private final Thread thread = new Thread(this::watch, "peaks");
  private double leastCover = Double.MAX_VALUE;
  private volatile boolean stopped;

  Peaks(Scene scene) {
    nodes = scene.nodes().all();
    thread.setDaemon(true);
    thread.start();
  }

  private void watch() {
    try {
      while (!stopped) {
        for (Cluster.Node node : nodes) {
          look(node);
        }
        TimeUnit.MILLISECONDS.sleep(EVERY_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void look(Cluster.Node node) throws InterruptedException {
    try {
      String name = node.process().name();
      Cluster.Scrape now = node.metrics(ANSWER);
      note("RSS " + name + " MiB", mib((double) node.process().residentBytes()));
      if (!node.isRouter()) {
        note("buffered MiB", mib(now.sum("ringtail_sampler_buffered_bytes")));
        note("queued MiB", mib(now.sum("ringtail_sampler_export_queued_bytes")));
        note("on disk MiB", mib(now.sum("ringtail_sampler_export_disk_bytes")));
      } else {
        note("log MiB", mib(now.sum("ringtail_router_retention_bytes")));
        cover(now.sum("ringtail_router_retention_cover_seconds"));
      }
    } catch (IOException e) {
      note("looks that failed", 1);
    }
  }

  private static double mib(double bytes) {
    return bytes / (1 << 20);
  }

  private synchronized void note(String name, double value) {
    most.merge(name, value, Math::max);
  }

  private synchronized void cover(double seconds) {
    leastCover = Math.min(leastCover, seconds);
  }

  synchronized void into(Figures figures) {
    most.forEach(figures::add);
    figures.add("least cover s", leastCover);
  }

  @Override
  public void close() {
    stopped = true;
    thread.interrupt();
  }
}
