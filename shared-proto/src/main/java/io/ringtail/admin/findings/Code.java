package io.ringtail.admin.findings;

import java.util.Locale;

/** The kinds of findings; of equal severity the first named is told first. */
public enum Code {
  NO_EPOCH,
  NO_SAMPLERS,
  NO_ROUTERS,
  TOO_FEW_SAMPLERS,
  TABLES_DISAGREE,
  NODE_SILENT,
  LOSSES,
  REFUSALS,
  BACKEND_DOWN,
  LINKS_DOWN,
  CANNOT_DECIDE,
  EPOCHS_DISAGREE,
  STRANGER,
  HOLD_LASTS,
  MEMORY_NEAR_LIMIT,
  BUFFER_NEAR_LIMIT,
  TRACES_NEAR_LIMIT,
  EARLY_DECISIONS,
  EXPORT_QUEUE_NEAR_LIMIT,
  RETENTION_SHORT,
  REQUESTS_NEAR_LIMIT,
  EXPORT_LOSSES,
  POSSIBLE_SPLITS,
  REQUESTS_REJECTED,
  NOT_READY,
  JOINING,
  DRAINING,
  HANDOFF,
  REPLAY,
  TRACES_CUT,
  VERSIONS_DIFFER;

  /** As scripts see it: {@code node-silent}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
