package io.ringtail.ring;

import io.ringtail.trace.TraceHash;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Prints how even the ring is and how little moves, for every number of members up to 300, with
 * equal and with random weights (1 to 1,000, seeded). Takes a few minutes. For each N:
 *
 * <ul>
 *   <li>{@code share}: the largest of slots owned / fair share, of members whose fair share is at
 *       least 34 slots, where ⌊1.03 × fair⌋ can be above it
 *   <li>{@code over}: the most slots that a smaller one owns above ⌈fair⌉; 0 is right
 *   <li>{@code moved}: slots that change owner when the last member joins (or leaves: the table has
 *       no history) / slots it owns, which is what has to move
 * </ul>
 *
 * Arguments: the step of N, 1 by default.
 */
public final class RingBalanceReport {
  private static final long SEED = 20261121;
  private static final int MOST = 300;

  private RingBalanceReport() {}

  private record Row(double share, int over, double moved) {
    Row worse(Row other) {
      return new Row(
          Math.max(share, other.share), Math.max(over, other.over), Math.max(moved, other.moved));
    }
  }

  public static void main(String[] args) {
    PrintStream out = System.out;
    int step = args.length > 0 ? Integer.parseInt(args[0]) : 1;
    out.println("seed=" + SEED);
    out.println("   N | equal: share over  moved | random: share over  moved");
    Row worstEqual = new Row(0, 0, 0);
    Row worstRandom = worstEqual;
    RingTable fewer = RingTable.build(List.of());
    for (int n = 1; n <= MOST; n += step) {
      RingTable equal = RingTable.build(Rings.equal(n));
      fewer = step == 1 ? fewer : RingTable.build(Rings.equal(n - 1));
      Row equalRow = row(fewer, equal);
      List<RingMember> weighted = Rings.random(n, new Random(SEED + n));
      Row randomRow = row(RingTable.build(weighted.subList(0, n - 1)), RingTable.build(weighted));
      print(out, Integer.toString(n), equalRow, randomRow);
      worstEqual = worstEqual.worse(equalRow);
      worstRandom = worstRandom.worse(randomRow);
      fewer = equal;
    }
    print(out, "most", worstEqual, worstRandom);
  }

  private static void print(PrintStream out, String name, Row equal, Row random) {
    out.printf(
        "%4s |       %.4f %4d %.4f |        %.4f %4d %.4f%n",
        name, equal.share, equal.over, equal.moved, random.share, random.over, random.moved);
  }

  private static Row row(RingTable fewer, RingTable table) {
    List<RingMember> members = table.members();
    double perWeight =
        (double) TraceHash.SLOTS / members.stream().mapToInt(RingMember::weight).sum();
    double[] fair = members.stream().mapToDouble(m -> m.weight() * perWeight).toArray();
    int[] counts = table.slotCounts();
    double share =
        IntStream.range(0, fair.length)
            .filter(m -> fair[m] >= 34)
            .mapToDouble(m -> counts[m] / fair[m])
            .max()
            .orElse(0);
    int over =
        IntStream.range(0, fair.length)
            .filter(m -> fair[m] < 34)
            .map(m -> counts[m] - (int) Math.ceil(fair[m]))
            .max()
            .orElse(0);
    boolean first = Arrays.stream(counts).sum() == 0 || fewer.members().isEmpty();
    double moved = first ? 1 : Rings.movedOverUnavoidable(fewer, table);
    return new Row(share, Math.max(0, over), moved);
  }
}
