package io.ringtail.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.cluster.Member;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class OperatorOrdersTest {
  private static final Standing.Told ACTIVE = new Standing.Told(Member.State.ACTIVE, 100);
  private static final Standing.Told DRAINED = new Standing.Told(Member.State.DRAINING, 100);

  private final List<Standing.Told> told = new ArrayList<>();
  private final Standing standing = new Standing(100, told::add);
  private Optional<Epoch> epoch = Optional.of(epoch(Member.State.ACTIVE, Member.State.ACTIVE));
  private Optional<String> impossible = Optional.empty();
  private final OperatorOrders orders =
      new OperatorOrders("s1", standing, () -> epoch, () -> impossible);

  @Test
  void drainAndUndrain_againAndAgain_areToldOnceEach() {
    standing.begin();
    assertThat(orders.drain())
        .isEqualTo("s1 gives away all it owns, and stays up, until it is undrained or restarted");
    assertThat(orders.drain()).isEqualTo("s1 is drained already");
    assertThat(orders.undrain()).isEqualTo("s1 takes its share of slots again");
    assertThat(orders.undrain()).isEqualTo("s1 is not drained: nothing is changed");
    orders.drain();
    assertThat(told).containsExactly(DRAINED, ACTIVE, DRAINED);
  }

  @Test
  void drain_whileItStarts_isWhatItJoinsAs() {
    orders.drain();
    assertThat(told).isEmpty();
    assertThat(standing.begin()).isEqualTo(DRAINED);
  }

  @Test
  void drain_ofTheLastActiveSampler_isRefused() {
    standing.begin();
    epoch = Optional.of(epoch(Member.State.ACTIVE, Member.State.DRAINING));
    assertRefused(orders::drain, "s1 is the last active sampler: nobody could take its slots");
    assertThat(told).isEmpty();
  }

  @Test
  void drain_beforeTheFirstEpoch_isRefused() {
    epoch = Optional.empty();
    assertRefused(orders::drain, "s1 is in no epoch yet: whom to give to is unknown");
  }

  @Test
  void weight_isToldInEitherState_andKeepsTheDrain() {
    standing.begin();
    assertThat(orders.weight(50))
        .isEqualTo("s1 has weight 50, not 100, until it restarts or its file's weight changes");
    assertThat(orders.weight(50)).isEqualTo("s1 has weight 50 already");
    orders.drain();
    orders.weight(70);
    orders.undrain();
    assertThat(told)
        .containsExactly(
            new Standing.Told(Member.State.ACTIVE, 50),
            new Standing.Told(Member.State.DRAINING, 50),
            new Standing.Told(Member.State.DRAINING, 70),
            new Standing.Told(Member.State.ACTIVE, 70));
  }

  /** The file's watch tells only what has changed in the file. */
  @Test
  void weight_ofTheFile_replacesTheOperators() {
    standing.begin();
    orders.weight(50);
    standing.weight(200);
    assertThat(standing.weight()).isEqualTo(200);
    assertThat(told).last().isEqualTo(new Standing.Told(Member.State.ACTIVE, 200));
  }

  @Test
  void weight_outOfRange_isRefused() {
    assertRefused(() -> orders.weight(0), "weight 0 (expected 1 to 10000)");
    assertRefused(() -> orders.weight(10_001), "weight 10001 (expected 1 to 10000)");
  }

  @Test
  void anything_onceItStops_isRefusedAndNotTold() {
    standing.begin();
    orders.drain();
    standing.stop();
    assertRefused(orders::undrain, "s1 stops");
    assertRefused(() -> orders.weight(7), "s1 stops");
    standing.weight(9);
    assertThat(told).containsExactly(DRAINED, DRAINED);
    assertThat(standing.isDrained()).isTrue();
  }

  @Test
  void anything_whereSlotsNeverMoveOrFenced_isRefusedWithTheReason() {
    impossible = Optional.of("fenced");
    assertRefused(orders::drain, "fenced");
    assertRefused(orders::undrain, "fenced");
    assertRefused(() -> orders.weight(7), "fenced");
  }

  private static void assertRefused(Supplier<String> order, String why) {
    assertThatThrownBy(order::get)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
              assertThat(e.getStatus().getDescription()).isEqualTo(why);
            });
  }

  private static Epoch epoch(Member.State own, Member.State other) {
    EpochOrder order = new EpochOrder(1, 1);
    return new Epoch(
        order,
        "s1",
        List.of(member("s1", own), member("s2", other)),
        0,
        EpochOrder.NONE,
        List.of());
  }

  private static Member member(String id, Member.State state) {
    Incarnation start = new Incarnation(new EpochOrder(1, 1), id.hashCode());
    return new Member(id, start, Member.Role.SAMPLER, state, 100, "", "", "", 1);
  }
}
