package io.ringtail.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.admin.v1.Change;
import io.ringtail.admin.v1.Drain;
import io.ringtail.admin.v1.SetLogLevel;
import io.ringtail.admin.v1.SetWeight;
import io.ringtail.admin.v1.Undrain;
import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.Member;
import io.ringtail.ring.SlotSet;
import io.ringtail.trace.TraceHash;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class SlotMovesTest {
  private final FakeCluster cluster = new FakeCluster("s0", "s1", "s2", "r0");
  private final Epoch epoch = cluster.epoch(cluster.members());

  private SlotMoves moves(Epoch from, Change.Builder change) {
    return SlotMoves.of(from, change.setNodeId("s0").build(), cluster.tables);
  }

  private static int sum(Map<String, Integer> gained) {
    return gained.values().stream().mapToInt(i -> i).sum();
  }

  @Test
  void drain_givesAllOfOneToTheOthers() {
    SlotMoves moves = moves(epoch, Change.newBuilder().setDrain(Drain.getDefaultInstance()));
    SlotSet mine = cluster.tables.of(cluster.members()).slotsOf(0);
    Map<String, SlotSet> given = moves.from("s0");
    assertThat(given).containsOnlyKeys("s1", "s2");
    assertThat(Objects.requireNonNull(given.get("s1")).or(Objects.requireNonNull(given.get("s2"))))
        .isEqualTo(mine);
    assertThat(sum(moves.gained())).isGreaterThanOrEqualTo(mine.size());
    assertThat(moves.owners()).isEqualTo(2);
  }

  @Test
  void undrain_takesFromAllOthers() {
    List<Member> drained =
        cluster.members().stream()
            .map(m -> m.nodeId().equals("s0") ? m.withState(Member.State.DRAINING) : m)
            .toList();
    SlotMoves moves =
        moves(cluster.epoch(drained), Change.newBuilder().setUndrain(Undrain.getDefaultInstance()));
    assertThat(moves.from("s0")).isEmpty();
    assertThat(moves.from("s1")).containsKey("s0");
    assertThat(moves.from("s2")).containsKey("s0");
    assertThat(moves.owners()).isEqualTo(3);
  }

  @Test
  void weight_halved_givesAPart() {
    SlotMoves moves =
        moves(epoch, Change.newBuilder().setSetWeight(SetWeight.newBuilder().setWeight(50)));
    int given = moves.from("s0").values().stream().mapToInt(SlotSet::size).sum();
    assertThat(given).isBetween(TraceHash.SLOTS / 10, TraceHash.SLOTS / 6);
    assertThat(moves.gained()).containsOnlyKeys("s1", "s2");
  }

  @Test
  void logLevel_movesNothing() {
    SlotMoves moves =
        moves(epoch, Change.newBuilder().setSetLogLevel(SetLogLevel.getDefaultInstance()));
    assertThat(moves.gained()).isEmpty();
    assertThat(moves.from("s0")).isEmpty();
    assertThat(moves.from("r0")).isEmpty();
  }
}
