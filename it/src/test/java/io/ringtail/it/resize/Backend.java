package io.ringtail.it.resize;

import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The backend gets worse for a minute, and well again: what it does to the cluster. */
final class Backend {
  private static final long SECONDS = Long.getLong("ringtail.it.backend.seconds", 60);

  /** With 8 requests of 84 spans in flight from each of 3 samplers: 1,000 spans/s. */
  private static final Duration SLOW_ANSWER = Duration.ofSeconds(2);

  /** About what one sampler keeps in a second. */
  private static final int IN_QUEUE = 4_000;

  private Backend() {}

  static void refuses(Scene scene, Figures figures) throws Exception {
    worsens(
        scene,
        figures,
        () -> scene.sink().refuse(Status.UNAVAILABLE),
        () -> scene.sink().refuse(Status.OK));
  }

  static void isSlow(Scene scene, Figures figures) throws Exception {
    worsens(
        scene,
        figures,
        () -> scene.sink().delay(SLOW_ANSWER),
        () -> scene.sink().delay(Duration.ZERO));
  }

  private static void worsens(Scene scene, Figures figures, Runnable worse, Runnable well)
      throws Exception {
    long refused = scene.load().retries();
    try (Peaks peaks = new Peaks(scene)) {
      worse.run();
      TimeUnit.SECONDS.sleep(SECONDS);
      well.run();
      long begin = System.nanoTime();
      scene.awaitExported(IN_QUEUE);
      scene.load().awaitAnswers();
      scene.awaitExported(IN_QUEUE);
      figures.add("caught up s", (System.nanoTime() - begin) / 1e9);
      peaks.into(figures);
    }
    figures.add("refusals", (double) (scene.load().retries() - refused));
    scene.awaitCalm();
  }
}
