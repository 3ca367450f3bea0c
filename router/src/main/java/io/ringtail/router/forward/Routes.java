package io.ringtail.router.forward;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.refusal.Refusal;
import io.ringtail.router.route.RoutingTable;
import io.ringtail.router.split.Part;
import io.ringtail.router.split.Split;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One epoch in use: its table, and the outlet of each owner. Immutable; the data path reads it once
 * a batch.
 *
 * @param outlets by owner index
 */
record Routes(RoutingTable table, List<Outlet> outlets) {
  Routes {
    outlets = List.copyOf(outlets);
  }

  EpochOrder order() {
    return table.order();
  }

  boolean hasOwners() {
    return table.ownerCount() > 0;
  }

  /** What the first full owner among those of {@code split} says; null if none is known to be. */
  @Nullable Refusal full(Split split, long nowNanos) {
    for (Part part : split.parts()) {
      Refusal refusal = outlets.get(part.ownerIndex()).full(nowNanos);
      if (refusal != null) {
        return refusal;
      }
    }
    return null;
  }

  /**
   * Sends what was split by this table.
   *
   * @param split its parts are consumed, also those behind one that could not be offered
   */
  void dispatch(Split split, Errand errand, AtomicLong bytesHeld) {
    List<Part> parts = split.parts();
    int next = 0;
    try {
      while (next < parts.size()) {
        Part part = parts.get(next++);
        outlets.get(part.ownerIndex()).offer(new Parcel(part, errand, table.order(), bytesHeld));
      }
    } finally {
      while (next < parts.size()) {
        parts.get(next++).release();
      }
    }
  }
}
