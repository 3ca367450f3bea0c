package io.ringtail.admin;

import io.grpc.Status;
import io.ringtail.admin.call.Failures;
import io.ringtail.admin.v1.ApplyChangeRequest;
import io.ringtail.admin.v1.Change;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line for each change asked of this node, with who asked and what became of it; its own
 * logger, so that it can be kept apart. Threads: any.
 */
final class Audit {
  static final String LOGGER = "io.ringtail.audit";
  private static final Logger log = LoggerFactory.getLogger(LOGGER);
  private static final int MAX_ACTOR = 200;

  private Audit() {}

  /** Logs the outcome when it is there. */
  static CompletableFuture<String> logged(
      ApplyChangeRequest request, CompletableFuture<String> outcome) {
    return outcome.whenComplete((done, failure) -> log(request, done, failure));
  }

  private static void log(
      ApplyChangeRequest request, @Nullable String done, @Nullable Throwable failure) {
    Change change = request.getChange();
    Status refused = failure == null ? Status.OK : Failures.statusOf(failure);
    log.info(
        "event=audit actor={} action={} node={} force={} outcome={} reason=\"{}\"",
        word(request.getActor()),
        action(change),
        change.getNodeId(),
        request.getForce(),
        refused.isOk() ? "done" : "refused",
        oneLine(refused.isOk() ? String.valueOf(done) : String.valueOf(refused.getDescription())));
  }

  /** One word, with what it is changed to. */
  static String action(Change change) {
    return switch (change.getKindCase()) {
      case DRAIN -> "drain";
      case UNDRAIN -> "undrain";
      case SET_WEIGHT -> "weight:" + change.getSetWeight().getWeight();
      case SET_LOG_LEVEL ->
          word(
              "log-level:"
                  + change.getSetLogLevel().getLogger()
                  + ":"
                  + change.getSetLogLevel().getLevel());
      case KIND_NOT_SET -> "unknown";
    };
  }

  /** What a client says of itself must not look like other fields, or other lines. */
  private static String word(String said) {
    String cut = said.length() > MAX_ACTOR ? said.substring(0, MAX_ACTOR) : said;
    String word = cut.replaceAll("[\\s\\p{Cntrl}\"=]", "_");
    return word.isEmpty() ? "unknown" : word;
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\p{Cntrl}", " ").replace('"', '\'');
  }
}
