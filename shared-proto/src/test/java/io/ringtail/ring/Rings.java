package io.ringtail.ring;

import io.ringtail.trace.TraceHash;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Rings for tests, and slow ways to the same tables. */
final class Rings {
  private Rings() {}

  static List<RingMember> equal(int n) {
    return IntStream.range(0, n).mapToObj(i -> new RingMember("sampler-" + i, 100)).toList();
  }

  /** Weights of 1 to 1,000, as many of each order of magnitude. */
  static List<RingMember> random(int n, Random random) {
    return IntStream.range(0, n)
        .mapToObj(i -> new RingMember("sampler-" + i, (int) Math.pow(10, 3 * random.nextDouble())))
        .toList();
  }

  static int[] owners(RingTable table) {
    return IntStream.range(0, TraceHash.SLOTS).map(table::ownerIndex).toArray();
  }

  static int[] heirs(RingTable table) {
    return IntStream.range(0, TraceHash.SLOTS).map(table.heirs()::heirIndex).toArray();
  }

  static int[] heirsByRebuild(RingTable table) {
    int[] heirs = new int[TraceHash.SLOTS];
    for (int m = 0; m < table.members().size(); m++) {
      RingMember gone = table.members().get(m);
      RingTable rest =
          RingTable.build(table.members().stream().filter(x -> !x.equals(gone)).toList());
      for (int slot = 0; slot < TraceHash.SLOTS; slot++) {
        if (table.ownerIndex(slot) == m) {
          heirs[slot] = table.indexOf(rest.owner(slot).orElseThrow()).orElseThrow();
        }
      }
    }
    return heirs;
  }

  /** Takes the pairs of slot and member by cost, the best first, as far as caps allow. */
  static int[] greedy(List<RingMember> members) {
    Score score = new Score(members);
    int n = members.size();
    record Pair(long cost, int member, int slot) {}
    List<Pair> pairs =
        IntStream.range(0, TraceHash.SLOTS)
            .boxed()
            .flatMap(
                slot ->
                    Arrays.stream(sortedPreferences(score, Score.slotKey(slot)))
                        .mapToObj(p -> new Pair(Preferences.cost(p), Preferences.member(p), slot)))
            .sorted(
                Comparator.comparingLong(Pair::cost)
                    .thenComparingInt(Pair::member)
                    .thenComparingInt(Pair::slot))
            .toList();
    int[] room = DeferredAcceptance.caps(members);
    int[] owners = new int[TraceHash.SLOTS];
    Arrays.fill(owners, n);
    for (Pair pair : pairs) {
      if (owners[pair.slot()] == n && room[pair.member()] > 0) {
        owners[pair.slot()] = pair.member();
        room[pair.member()]--;
      }
    }
    return owners;
  }

  static long[] sortedPreferences(Score score, long slotKey) {
    return IntStream.range(0, score.members())
        .mapToLong(m -> Preferences.of(score.cost(score.hash(slotKey, m), m), m))
        .sorted()
        .toArray();
  }

  /**
   * Slots that change owner between two tables, one of which has one member more, over those that
   * have to: what that member owns.
   */
  static double movedOverUnavoidable(RingTable fewer, RingTable more) {
    int moved = 0;
    int unavoidable = 0;
    int[] index = new int[fewer.members().size()];
    for (int m = 0; m < index.length; m++) {
      index[m] = more.indexOf(fewer.members().get(m).nodeId()).orElseThrow();
    }
    boolean[] stays = new boolean[more.members().size()];
    Arrays.stream(index).forEach(m -> stays[m] = true);
    for (int slot = 0; slot < TraceHash.SLOTS; slot++) {
      int owner = more.ownerIndex(slot);
      moved += owner == index[fewer.ownerIndex(slot)] ? 0 : 1;
      unavoidable += stays[owner] ? 0 : 1;
    }
    return (double) moved / unavoidable;
  }
}
