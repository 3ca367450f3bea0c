package io.ringtail.ring;

import io.ringtail.trace.TraceHash;
import io.ringtail.trace.TraceId;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Prints new golden vectors; for a new major version of the ring only, since old ones must hold.
 */
public final class RingVectorsWriter {
  private static final long SEED = 20261121;

  private RingVectorsWriter() {}

  public static void main(String[] args) {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    out.println("# Golden vectors of the ring; see RingVectors. Made by RingVectorsWriter.");
    Random random = new Random(SEED);
    traces(random).map(RingVectors::trace).forEach(out::println);
    for (List<RingMember> members : rings(random)) {
      RingTable table = RingTable.build(members);
      HeirTable heirs = table.heirs();
      out.println(RingVectors.ring(table));
      IntStream.concat(
              IntStream.of(0, 1, TraceHash.SLOTS - 1), random.ints(20, 0, TraceHash.SLOTS).sorted())
          .mapToObj(slot -> RingVectors.slot(table, heirs, slot))
          .forEach(out::println);
    }
  }

  private static Stream<TraceId> traces(Random random) {
    Stream<TraceId> fixed =
        Stream.of(
            TraceId.parse("00000000000000000000000000000001"),
            TraceId.parse("00000000000000010000000000000000"),
            TraceId.parse("ffffffffffffffffffffffffffffffff"),
            TraceId.parse("4bf92f3577b34da6a3ce929d0e0e4736"), // W3C Trace Context's example
            TraceId.parse("5759e988bd862e3fe1be46a994272793"), // X-Ray's example, dashes left out
            TraceId.parse("0000000000000000463ac35c9f6413ad"), // B3's 64-bit example
            TraceId.parse("463ac35c9f6413ad48485a3953bb6124")); // B3's 128-bit example
    return Stream.concat(
        fixed, Stream.generate(() -> new TraceId(random.nextLong(), random.nextLong())).limit(9));
  }

  private static List<List<RingMember>> rings(Random random) {
    return List.of(
        List.of(),
        List.of(new RingMember("sampler-0", 100)),
        Rings.equal(2),
        Rings.equal(3),
        List.of(
            new RingMember("a", 1),
            new RingMember("b", 10_000),
            new RingMember("grün", 100),
            new RingMember("環", 333)),
        Rings.equal(10),
        IntStream.range(0, 17)
            .mapToObj(i -> new RingMember("ringtail-sampler-" + i, 1 + random.nextInt(500)))
            .toList(),
        Rings.equal(64));
  }
}
