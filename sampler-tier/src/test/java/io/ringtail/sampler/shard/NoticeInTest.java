package io.ringtail.sampler.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.cluster.EpochOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NoticeInTest {
  private final List<NoticeOutcome> told = new ArrayList<>();
  private final NoticeIn notice = new NoticeIn(3, told::add);

  @Test
  void storedByAll_isToldOnceTheLastHasIt() {
    notice.stored();
    notice.stored();
    assertThat(told).isEmpty();
    notice.stored();
    assertThat(told).containsExactly(new NoticeOutcome.Stored());
  }

  @Test
  void refusedByOne_isToldWhenAllHaveMetIt() {
    notice.refused(new EpochOrder(1, 2));
    notice.stored();
    assertThat(told).isEmpty();
    notice.stored();
    assertThat(told).containsExactly(new NoticeOutcome.NotOwner(new EpochOrder(1, 2)));
  }

  @Test
  void failedInOne_isOverWhenAllHaveMetIt() {
    notice.stored();
    notice.failed(new IllegalStateException("as told"));
    notice.stored();
    assertThat(told).containsExactly(new NoticeOutcome.Failed());
  }
}
