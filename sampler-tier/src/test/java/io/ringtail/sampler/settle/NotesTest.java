package io.ringtail.sampler.settle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NotesTest {
  private static final int R = 0;
  private static final int S = 3;
  private final Notes notes = new Notes(1 << 20, 0, true);

  private int hold(int nowMillis) {
    int window = notes.window(nowMillis);
    notes.hold(window);
    return window;
  }

  @Test
  void mark_withNothingUnsettled_isTheNewestSeqSeen() {
    assertThat(notes.mark(R)).isEqualTo(-1);
    notes.saw(R, 5);
    notes.passed(S, 9);
    assertThat(notes.mark(R)).isEqualTo(5);
    assertThat(notes.marks()).containsExactly(5, -1, -1, 9);
  }

  @Test
  void mark_isTheNoteOfTheOldestThingUnsettled() {
    notes.saw(R, 5);
    int old = hold(100);
    notes.saw(R, 6);
    int young = hold(200);
    notes.saw(R, 7);
    assertThat(notes.mark(R)).isEqualTo(5);

    notes.release(old);
    assertThat(notes.mark(R)).isEqualTo(6);
    notes.release(young);
    assertThat(notes.mark(R)).isEqualTo(7);
  }

  @Test
  void window_isOneFor100Millis() {
    notes.saw(R, 5);
    int first = hold(100);
    notes.saw(R, 6);
    int second = hold(199);
    assertThat(second).isEqualTo(first);
    assertThat(notes.note(second, R)).isEqualTo(5);
    assertThat(hold(200)).isGreaterThan(first);
  }

  @Test
  void routerSeenFirst_constrainsWhatWasThereBeforeFromThatSeqOn() {
    int before = hold(0);
    assertThat(notes.note(before, R)).isEqualTo(-1);

    notes.saw(R, 1000);

    assertThat(notes.mark(R)).isEqualTo(999);
    notes.passed(S, 40);
    assertThat(notes.mark(S)).isEqualTo(40);
    notes.release(before);
    assertThat(notes.mark(R)).isEqualTo(1000);
  }

  @Test
  void olderSeq_lowersItsWindowAndTheMark_untilThatIsReleased() {
    notes.saw(R, 5);
    int first = hold(0);
    notes.saw(R, 9);
    int second = hold(100);
    assertThat(notes.saw(R, 3)).isFalse();

    notes.lower(second, R, 2);

    assertThat(notes.mark(R)).isEqualTo(2);
    notes.release(first);
    assertThat(notes.mark(R)).isEqualTo(2);
    notes.release(second);
    assertThat(notes.mark(R)).isEqualTo(9);
  }

  @Test
  void lowering_ofARouterNotSeen_makesAMark() {
    int window = hold(0);
    notes.lower(window, S, 17);
    assertThat(notes.mark(S)).isEqualTo(17);
    notes.saw(S, 30);
    assertThat(notes.mark(S)).isEqualTo(17);
  }

  @Test
  void routerForgotten_isNotNotedAnyMore() {
    notes.saw(R, 5);
    hold(100);
    notes.forget(R);
    assertThat(notes.mark(R)).isEqualTo(-1);
    notes.saw(R, 80);
    assertThat(notes.mark(R)).isEqualTo(79);
  }

  @Test
  void tooManyWindows_merge_andTheLowerNoteWins() {
    Notes few = new Notes(20 * 64, 0, true);
    List<Integer> windows = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      few.saw(R, i + 1);
      windows.add(few.window(i * 100));
      few.hold(windows.get(i));
    }
    assertThat(few.size()).isLessThan(30);
    for (int i = 0; i < 1000; i++) {
      assertThat(few.note(windows.get(i), R)).isBetween(0L, (long) i + 1);
    }
    assertThat(few.mark(R)).isEqualTo(0);
    windows.forEach(few::release);
    assertThat(few.mark(R)).isEqualTo(1000);
    assertThat(few.size()).isEqualTo(1);
  }

  /** Against the definition: the least note of what is held. */
  @Test
  void marks_underRandomUse_areNeverAboveTheLeastNoteHeld() {
    long seed = System.nanoTime();
    System.out.println("seed=" + seed);
    Random random = new Random(seed);
    record Held(int window, long[] least) {}
    List<Held> held = new ArrayList<>();
    long[] seen = new long[3];
    for (int k = 0; k < 3; k++) {
      notes.passed(k, 0);
    }
    for (int step = 0; step < 5000; step++) {
      int key = random.nextInt(3);
      switch (random.nextInt(5)) {
        case 0 -> held.add(new Held(hold(step * 7), seen.clone()));
        case 1, 2 -> notes.saw(key, seen[key] += 1 + random.nextInt(3));
        case 3 -> {
          if (!held.isEmpty()) {
            notes.release(held.remove(random.nextInt(held.size())).window());
          }
        }
        default -> {
          if (!held.isEmpty() && random.nextInt(20) == 0) {
            Held lowered = held.get(random.nextInt(held.size()));
            lowered.least()[key] = Math.max(0, lowered.least()[key] - 5);
            notes.lower(lowered.window(), key, lowered.least()[key]);
          }
        }
      }
      for (int k = 0; k < 3; k++) {
        int of = k;
        long least = held.stream().mapToLong(h -> h.least()[of]).min().orElse(seen[k]);
        assertThat(notes.mark(k)).isLessThanOrEqualTo(least);
      }
    }
    held.forEach(h -> notes.release(h.window()));
    for (int k = 0; k < 3; k++) {
      assertThat(notes.mark(k)).isEqualTo(seen[k]);
    }
  }
}
