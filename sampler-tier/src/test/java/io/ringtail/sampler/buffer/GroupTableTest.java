package io.ringtail.sampler.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.link.Header;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class GroupTableTest {
  private final List<Header> tested = new ArrayList<>();
  private final GroupTable groups =
      new GroupTable(
          1,
          (header, bits) -> {
            tested.add(header);
            bits[0] = header.size();
          });

  private static Header header(String text) {
    return new Header(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void equalHeaders_areOneGroup_andAResourceIsTestedOnce() {
    int group = groups.intern(header("resource"), header("scope"), 1);

    assertThat(groups.intern(header("resource"), header("scope"), 2)).isEqualTo(group);
    int other = groups.intern(header("resource"), header("other"), 3);
    assertThat(other).isNotEqualTo(group);
    assertThat(groups.resourceNumber(other)).isEqualTo(groups.resourceNumber(group));
    assertThat(groups.resourceBits(other)).containsExactly(8);
    assertThat(groups.scope(other)).isEqualTo(header("other"));
    assertThat(tested).hasSize(1);
  }

  @Test
  void sweep_freesOnlyGroupsOlderThanTheOldestTrace() {
    groups.intern(header("a"), header("s"), 10);
    int used = groups.intern(header("b"), header("s"), 10);
    int late = groups.intern(header("c"), header("s"), 30);
    groups.intern(header("b"), header("s"), 20);

    assertThat(groups.sweep(20, 100)).isEqualTo(1);
    assertThat(groups.size()).isEqualTo(2);
    assertThat(groups.resource(used)).isEqualTo(header("b"));

    assertThat(groups.sweep(31, 100)).isEqualTo(2);
    assertThat(groups.bytes()).isZero();
    assertThat(groups.intern(header("d"), header("s"), 40)).isLessThanOrEqualTo(late);
  }

  @Test
  void contexts_notMarked_areFreedAndTheirNumbersUsedAgain() {
    ContextTable contexts = new ContextTable();
    int a = contexts.intern(header("a"));
    int b = contexts.intern(header("b"));
    assertThat(contexts.intern(new Header(new byte[0]))).isZero();
    assertThat(contexts.intern(header("a"))).isEqualTo(a);

    BitSet inUse = new BitSet();
    inUse.set(b);
    contexts.sweep(inUse);

    assertThat(contexts.header(b)).isEqualTo(header("b"));
    assertThat(contexts.header(0)).isEqualTo(Header.EMPTY);
    assertThat(contexts.intern(header("c"))).isEqualTo(a);
    assertThat(contexts.size()).isEqualTo(3);
  }
}
