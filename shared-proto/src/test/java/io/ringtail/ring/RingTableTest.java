package io.ringtail.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.ringtail.trace.TraceHash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RingTableTest {
  private static final long SEED = 20261121;

  @Test
  void build_noMembers_nobodyOwnsAnything() {
    RingTable table = RingTable.build(List.of());

    assertThat(table.checksum()).isZero();
    assertThat(table.members()).isEmpty();
    assertThat(table.slotCounts()).isEmpty();
    assertThat(table.owner(0)).isEmpty();
    assertThat(slots().map(table::ownerIndex)).containsOnly(-1);
    assertThat(slots().map(table.heirs()::heirIndex)).containsOnly(-1);
  }

  @Test
  void build_oneMember_ownsAllAndHasNoHeir() {
    RingTable table = RingTable.build(List.of(new RingMember("only", 7)));

    assertThat(table.owner(TraceHash.SLOTS - 1)).contains("only");
    assertThat(slots().map(table::ownerIndex)).containsOnly(0);
    assertThat(slots().map(table.heirs()::heirIndex)).containsOnly(-1);
  }

  @Test
  void build_twoMembers_eachIsHeirOfTheOther() {
    RingTable table = RingTable.build(Rings.equal(2));
    HeirTable heirs = table.heirs();

    assertThat(slots().map(s -> heirs.heirIndex(s) + table.ownerIndex(s))).containsOnly(1);
  }

  @Test
  void build_anyOrder_sameTable() {
    List<RingMember> members = Rings.random(23, new Random(SEED));
    RingTable table = RingTable.build(members);
    List<RingMember> shuffled = new ArrayList<>(members);
    Collections.shuffle(shuffled, new Random(SEED));
    RingTable other = RingTable.build(shuffled);

    assertThat(other.checksum()).isEqualTo(table.checksum());
    assertThat(other.members()).isEqualTo(table.members());
    assertThat(Rings.owners(other)).isEqualTo(Rings.owners(table));
  }

  @Test
  void build_smallInstance_equalsGreedyOverAllPairs() {
    // the stable matching of aligned preferences is the greedy one: another way to the same table
    List<RingMember> members = Rings.random(3, new Random(SEED));
    RingTable table = RingTable.build(members);

    assertThat(Rings.owners(table)).isEqualTo(Rings.greedy(table.members()));
  }

  @Test
  void slotsOf_eachMember_areThoseItOwns_foundForAllAtOnce() {
    RingTable table = RingTable.build(List.of(new RingMember("a", 1), new RingMember("b", 3)));
    for (int i = 0; i < 2; i++) {
      int owner = i;
      assertThat(table.slotsOf(i)).isEqualTo(SlotSet.where(s -> table.ownerIndex(s) == owner));
      assertThat(table.slotsOf(i)).isSameAs(table.slotsOf(i));
    }
    assertThat(table.slotsOf(-1)).isEqualTo(SlotSet.NONE);
  }

  @Test
  void build_otherWeight_otherChecksum() {
    RingTable table = RingTable.build(List.of(new RingMember("only", 7)));
    RingTable other = RingTable.build(List.of(new RingMember("only", 8)));

    assertThat(other.checksum()).isNotEqualTo(table.checksum());
  }

  @Test
  void build_sameNodeIdTwice_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RingTable.build(List.of(new RingMember("a", 1), new RingMember("a", 2))))
        .withMessage("node id: \"a\" is there twice (expected once)");
  }

  @Test
  void member_weightOutOfRangeOrNoName_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RingMember("a", 0))
        .withMessage("weight of a: 0 (expected 1 to 10000)");
    assertThatIllegalArgumentException().isThrownBy(() -> new RingMember("a", 10_001));
    assertThatIllegalArgumentException().isThrownBy(() -> new RingMember("", 1));
  }

  @Test
  void indexOf_members_foundAndStrangersNot() {
    RingTable table = RingTable.build(Rings.equal(12));

    for (int i = 0; i < 12; i++) {
      assertThat(table.indexOf(table.members().get(i).nodeId())).hasValue(i);
    }
    assertThat(table.indexOf("stranger")).isEmpty();
    assertThat(table.indexOf("")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 16, 50, 128})
  void slotCounts_equalOrRandomWeights_neverAboveCap(int n) {
    for (List<RingMember> members :
        List.of(Rings.equal(n), Rings.random(n, new Random(SEED + n)))) {
      RingTable table = RingTable.build(members);
      int[] counts = table.slotCounts();
      long total = members.stream().mapToLong(RingMember::weight).sum();

      assertThat(Arrays.stream(counts).sum()).isEqualTo(TraceHash.SLOTS);
      for (int m = 0; m < n; m++) {
        double fair = (double) TraceHash.SLOTS * table.members().get(m).weight() / total;
        assertThat((double) counts[m]).isLessThanOrEqualTo(Math.max(1.03 * fair, Math.ceil(fair)));
      }
    }
  }

  @Test
  void build_weightsOf64RandomBytes_allSlotsOwnedWithinCaps() {
    byte[] weights = new byte[64];
    new Random(SEED).nextBytes(weights);
    List<RingMember> members =
        IntStream.range(0, weights.length)
            .mapToObj(i -> new RingMember("sampler-" + i, Math.max(1, weights[i] & 0xff)))
            .toList();
    RingTable table = RingTable.build(members);

    int[] caps = DeferredAcceptance.caps(table.members());
    int[] counts = table.slotCounts();
    assertThat(Arrays.stream(counts).sum()).isEqualTo(TraceHash.SLOTS);
    assertThat(IntStream.range(0, 64)).allMatch(m -> counts[m] <= caps[m]);
  }

  @Test
  void build_oneGiantAmongDwarfs_allSlotsOwnedWithinCaps() {
    List<RingMember> members = new ArrayList<>(List.of(new RingMember("giant", 10_000)));
    IntStream.range(0, 40).forEach(i -> members.add(new RingMember("dwarf-" + i, 1)));
    RingTable table = RingTable.build(members);

    int[] caps = DeferredAcceptance.caps(table.members());
    int[] counts = table.slotCounts();
    assertThat(Arrays.stream(counts).sum()).isEqualTo(TraceHash.SLOTS);
    assertThat(IntStream.range(0, 41)).allMatch(m -> counts[m] <= caps[m]);
  }

  @ParameterizedTest
  @CsvSource({"1,false", "2,true", "3,false", "9,false", "16,true", "50,false", "50,true"})
  void join_anyMember_movesLittleMoreThanItsShare(int n, boolean randomWeights) {
    List<RingMember> more =
        randomWeights ? Rings.random(n + 1, new Random(SEED + n)) : Rings.equal(n + 1);
    List<RingMember> fewer = more.subList(0, n);

    double moved = Rings.movedOverUnavoidable(RingTable.build(fewer), RingTable.build(more));

    assertThat(moved).isBetween(1.0, 1.2);
  }

  @ParameterizedTest
  @CsvSource({"2,true", "3,false", "5,true", "12,true"})
  void heirs_anyRing_equalRebuildWithoutTheOwner(int n, boolean randomWeights) {
    RingTable table =
        RingTable.build(randomWeights ? Rings.random(n, new Random(SEED + n)) : Rings.equal(n));

    assertThat(Rings.heirs(table)).isEqualTo(Rings.heirsByRebuild(table));
  }

  @Test
  void preferences_manyMembers_sameAsSortingAllCosts() {
    // the quick bound that spares most logarithms must never hide one that counts
    List<RingMember> members = Rings.random(40, new Random(SEED));
    Score score = new Score(members);
    Preferences preferences = new Preferences(score);

    for (int slot = 0; slot < TraceHash.SLOTS; slot += 997) {
      long slotKey = Score.slotKey(slot);
      long preference = Preferences.START;
      for (long expected : Rings.sortedPreferences(score, slotKey)) {
        preference = preferences.next(slot, preference);
        assertThat(preference).isEqualTo(expected);
      }
      assertThat(preferences.next(slot, preference)).isEqualTo(Long.MAX_VALUE);
    }
  }

  @Test
  void minusLog2_randomHashes_nearTheRealLogarithm() {
    Random random = new Random(SEED);
    for (int i = 0; i < 10_000; i++) {
      long hash = random.nextLong() >>> random.nextInt(20);
      double u = ((hash | 1) >>> 11) * 0x1p-53;
      double expected = -Math.log(u) / Math.log(2);

      assertThat(Score.minusLog2(hash) * 0x1p-42)
          .isCloseTo(expected, within(1e-7 + expected * 5e-4));
    }
    assertThat(Score.minusLog2(-1L)).isBetween(0L, 3L);
    assertThat(Score.minusLog2(0)).isEqualTo(64L << 42);
  }

  private static IntStream slots() {
    return IntStream.range(0, TraceHash.SLOTS);
  }
}
