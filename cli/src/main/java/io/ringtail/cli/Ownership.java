package io.ringtail.cli;

import io.ringtail.wording.Counted;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Who owns a trace, told by a node or computed of a config file.
 *
 * @param heir who gets the slot if the owner is lost; empty if nobody else is there
 * @param checksum of the table of owners, hexadecimal
 * @param memberCount samplers that own slots
 * @param epoch in use; empty if it was computed
 * @param since the epoch from which the owner has it, as far as the node asked remembers; or empty
 */
record Ownership(
    String traceId,
    long slot,
    String owner,
    String heir,
    String checksum,
    long memberCount,
    String epoch,
    String since) {
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("trace  " + traceId);
    lines.add("slot   " + slot);
    lines.add("owner  " + owner + (since.isEmpty() ? "" : " since epoch " + since));
    lines.add("heir   " + (heir.isEmpty() ? "nobody" : heir));
    lines.add("table  " + checksum + " (" + Counted.of(memberCount, "member") + ")");
    if (!epoch.isEmpty()) {
      lines.add("epoch  " + epoch);
    }
    return lines;
  }

  Map<String, Object> tree() {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("trace_id", traceId);
    tree.put("slot", slot);
    tree.put("owner", owner);
    tree.put("heir", heir);
    tree.put("table_checksum", checksum);
    tree.put("members", memberCount);
    tree.put("epoch", epoch);
    tree.put("since", since);
    return tree;
  }
}
