package io.ringtail.it.resize;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** What the cluster of an event has to be like; events of the same stage can share one. */
enum Stage {
  THREE_SAMPLERS(3, false),
  FOUR_SAMPLERS(4, false),
  /** Its nodes start under the load, so each time needs a new one. */
  EMPTY(7, true),
  /** One sampler in a network of its own. */
  ONE_APART(3, false),
  /** One sampler whose wall clock can be stepped. */
  ONE_CLOCK(3, false),
  /** Little memory and small requests, so that a backend that does not take enough is felt. */
  QUEUE_IN_MEMORY(3, false),
  QUEUE_ON_DISK(3, false);

  /** The sampler that surroundings are about. */
  static final String SUBJECT = "sampler-1";

  private static final String BACKPRESSURE =
      """
          max-queued-bytes: 4MiB
          max-request-spans: 84
          retry: { initial: 500ms, max: 5s }
      """;

  final int samplers;
  final boolean startsUnderLoad;

  Stage(int samplers, boolean startsUnderLoad) {
    this.samplers = samplers;
    this.startsUnderLoad = startsUnderLoad;
  }

  /** Why it cannot be had on this machine; empty if it can. */
  Optional<String> whySkipped() throws InterruptedException {
    if (this == ONE_APART && !Apart.available()) {
      return Optional.of("no network namespace of its own here");
    }
    if (this == ONE_CLOCK && !SteppedClock.available()) {
      return Optional.of("libfaketime is not installed");
    }
    return Optional.empty();
  }

  Surroundings surroundings(Path directory) throws IOException, InterruptedException {
    return switch (this) {
      case ONE_APART -> new Apart(SUBJECT);
      case ONE_CLOCK -> new SteppedClock(SUBJECT, directory);
      default -> Surroundings.PLAIN;
    };
  }

  /** Lines of the samplers' config, as {@link io.ringtail.it.harness.Cluster.Settings} has them. */
  String samplerSettings(Path directory) {
    return switch (this) {
      case QUEUE_IN_MEMORY -> BACKPRESSURE + "  max-buffered-bytes: 24MiB\n";
      case QUEUE_ON_DISK ->
          BACKPRESSURE
              + "    disk: { directory: "
              + directory.resolve("queue-${node}")
              + " }\n  max-buffered-bytes: 24MiB\n";
      default -> "  max-buffered-bytes: 256MiB\n";
    };
  }
}
