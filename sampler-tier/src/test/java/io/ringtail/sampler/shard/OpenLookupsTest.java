package io.ringtail.sampler.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringtail.trace.TraceId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenLookupsTest {
  private static final TraceId ONE = new TraceId(7, 1);
  private static final int MANY = 100;

  private final List<Lookup> queued = new ArrayList<>();
  private boolean failing;

  private final OpenLookups lookups =
      new OpenLookups(
          lookup -> {
            if (failing) {
              throw new OutOfMemoryError("told to fail");
            }
            queued.add(lookup);
          });

  @Test
  void lookupsThatAreNotQueued_keepNoPlace() {
    failing = true;
    for (int i = 0; i < MANY; i++) {
      assertThatThrownBy(() -> lookups.ask(ONE)).isInstanceOf(OutOfMemoryError.class);
    }
    failing = false;
    assertThat(lookups.ask(ONE)).isPresent();
    assertThat(queued).hasSize(1);
  }

  @Test
  void lookupsThatFail_giveTheirPlacesBack() {
    for (int i = 0; i < MANY; i++) {
      var answer = lookups.ask(ONE).orElseThrow();
      queued.get(i).answer.completeExceptionally(new OutOfMemoryError("told to fail"));
      assertThat(answer).isCompletedExceptionally();
    }
  }
}
