package io.ringtail.ring;

import io.ringtail.trace.TraceId;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The golden vectors of slots, owners and heirs: {@code vectors.txt} beside this class. Routers and
 * samplers of different versions share a cluster, so what is there never changes; the test suites
 * of both tiers ask for {@link #mismatches()}. Threads: any.
 */
public final class RingVectors {
  /*
   * Lines, fields apart by one blank:
   *   trace <32 hex digits> <slot>
   *   ring <checksum, 16 hex digits> <node id>=<weight> ...
   *   slot <slot> <owner> <heir>                               of the ring above; "-" for nobody
   */
  private static final String FILE = "vectors.txt";

  private RingVectors() {}

  /**
   * What this code computes otherwise than the vectors say, one line each; empty if all is well.
   */
  public static List<String> mismatches() {
    List<String> wrong = new ArrayList<>();
    RingTable table = RingTable.build(List.of());
    HeirTable heirs = table.heirs();
    for (String line : lines()) {
      String[] fields = line.split(" ", -1);
      if (fields[0].equals("ring")) {
        table = RingTable.build(members(fields));
        heirs = table.heirs();
      }
      String computed =
          switch (fields[0]) {
            case "trace" -> trace(TraceId.parse(fields[1]));
            case "ring" -> ring(table);
            case "slot" -> slot(table, heirs, Integer.parseInt(fields[1]));
            default -> "trace, ring or slot";
          };
      if (!computed.equals(line)) {
        wrong.add(FILE + ": \"" + line + "\" (computed: \"" + computed + "\")");
      }
    }
    return wrong;
  }

  static String trace(TraceId id) {
    return "trace " + id + " " + id.slot();
  }

  static String ring(RingTable table) {
    StringBuilder line = new StringBuilder(String.format("ring %016x", table.checksum()));
    for (RingMember member : table.members()) {
      line.append(' ').append(member.nodeId()).append('=').append(member.weight());
    }
    return line.toString();
  }

  static String slot(RingTable table, HeirTable heirs, int slot) {
    int heir = heirs.heirIndex(slot);
    return "slot "
        + slot
        + " "
        + table.owner(slot).orElse("-")
        + " "
        + (heir < 0 ? "-" : table.members().get(heir).nodeId());
  }

  private static List<RingMember> members(String[] fields) {
    List<RingMember> members = new ArrayList<>();
    for (int i = 2; i < fields.length; i++) {
      int equals = fields[i].lastIndexOf('=');
      members.add(
          new RingMember(
              fields[i].substring(0, equals), Integer.parseInt(fields[i].substring(equals + 1))));
    }
    return members;
  }

  private static List<String> lines() {
    try (InputStream in =
        Objects.requireNonNull(RingVectors.class.getResourceAsStream(FILE), FILE)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isEmpty() && !line.startsWith("#"))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(FILE, e);
    }
  }
}
