package io.ringtail.cli.admin;

import io.ringtail.admin.v1.Change;
import io.ringtail.admin.v1.ChangePlan;
import io.ringtail.admin.v1.Receiver;
import io.ringtail.cli.render.Amounts;
import io.ringtail.cli.render.Table;
import io.ringtail.wording.Counted;
import java.util.ArrayList;
import java.util.List;

/** A change and its plan in words. */
final class PlanText {
  private PlanText() {}

  /** {@code drain sampler-1}. */
  static String what(Change change) {
    String node = change.getNodeId();
    return switch (change.getKindCase()) {
      case DRAIN -> "drain " + node;
      case UNDRAIN -> "undrain " + node;
      case SET_WEIGHT -> "give " + node + " weight " + change.getSetWeight().getWeight();
      case SET_LOG_LEVEL, KIND_NOT_SET -> throw new AssertionError(change);
    };
  }

  static List<String> lines(Change change, ChangePlan plan, int width) {
    List<String> lines = new ArrayList<>();
    lines.add(what(change) + ": " + moves(plan));
    if (plan.getReceiversCount() > 0) {
      lines.add("");
      lines.addAll(receivers(plan).lines(width));
      lines.add("");
    }
    plan.getObjectionsList().forEach(o -> lines.add("objection: " + o));
    return lines;
  }

  private static String moves(ChangePlan plan) {
    if (plan.getSlotsMoved() == 0) {
      return "no slots move";
    }
    return "about "
        + Counted.of(Integer.toUnsignedLong(plan.getSlotsMoved()), "slot")
        + " with "
        + Counted.of(plan.getTracesMoved(), "open trace")
        + ", "
        + Amounts.bytesInWords(plan.getBytesMoved())
        + ", move";
  }

  private static Table receivers(ChangePlan plan) {
    Table table =
        new Table().words("to").figures("slots").figures("bytes").figures("buffered after");
    for (Receiver to : plan.getReceiversList()) {
      table.row(
          List.of(
              to.getNodeId(),
              Counted.number(Integer.toUnsignedLong(to.getSlots())),
              Amounts.bytes(to.getBytes()),
              to.hasBufferedBytesAfter()
                  ? Amounts.bytes(to.getBufferedBytesAfter())
                  : "not known"));
    }
    return table;
  }
}
