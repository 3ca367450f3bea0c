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

  private int handedOver(int nowMillis, long seq, int sinceMillis) {
    int window =
        notes.windowFor(notes.window(nowMillis), new int[] {R}, new long[] {seq}, sinceMillis);
    notes.hold(window);
    return window;
  }

  @Test
  void handedOver_goesBelowTheWindowsOfItsTime_andLowersNoOther() {
    notes.saw(R, 50);
    int old = hold(1000);
    notes.saw(R, 90);
    int young = hold(1900);

    int between = handedOver(2000, 70, 1500);
    assertThat(notes.note(between, R)).isEqualTo(70);
    assertThat(handedOver(2000, 70, 1500)).isEqualTo(between);
    int oldest = handedOver(2000, 20, 500);
    assertThat(notes.mark(R)).isEqualTo(20);
    assertThat(handedOver(2000, 75, 1550)).as("near enough").isEqualTo(between);
    assertThat(handedOver(2000, 400, 1990)).as("no note is above it").isEqualTo(notes.window(2000));

    assertThat(notes.note(young, R)).isEqualTo(90);
    notes.release(oldest);
    assertThat(notes.mark(R)).isEqualTo(50);
    notes.release(old);
    assertThat(notes.mark(R)).isEqualTo(70);
    for (int i = 0; i < 3; i++) {
      notes.release(between);
    }
    assertThat(notes.mark(R)).isEqualTo(90);
  }

  @Test
  void handedOver_manyOfManyTimes_makeAWindowIn100Millis() {
    notes.saw(R, 100_000);
    notes.window(20_000);
    Random random = new Random(1);
    List<Integer> held = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      int seq = 1 + random.nextInt(60_000);
      int window = handedOver(20_000, seq, 10_000 + seq / 10 - random.nextInt(3) * 2000);
      assertThat(notes.note(window, R)).isLessThanOrEqualTo(seq);
      held.add(window);
    }
    assertThat(notes.size()).isLessThan(250);
    held.forEach(notes::release);
    assertThat(notes.size()).isEqualTo(1);
  }

  @Test
  void handedOver_ofARouterNotSeen_thenSeenBelowIt_lowersTheMark() {
    int handed = handedOver(0, 17, 0);
    hold(0);
    assertThat(notes.mark(R)).isEqualTo(17);
    notes.saw(R, 15);
    assertThat(notes.mark(R)).isEqualTo(14);
    notes.release(handed);
    assertThat(notes.mark(R)).isEqualTo(14);
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
      switch (random.nextInt(6)) {
        case 5 -> {
          long[] theirs = seen.clone();
          for (int k = 0; k < 3; k++) {
            theirs[k] = Math.max(0, theirs[k] - random.nextInt(300));
          }
          int window = notes.window(step * 7);
          boolean moves = !held.isEmpty() && random.nextBoolean();
          if (moves) {
            Held moved = held.remove(random.nextInt(held.size()));
            window = moved.window();
            for (int k = 0; k < 3; k++) {
              theirs[k] = Math.min(theirs[k], moved.least()[k]);
            }
          }
          int since = step * 7 - random.nextInt(3000);
          int to = notes.windowFor(window, new int[] {0, 1, 2}, theirs, since);
          notes.hold(to);
          if (moves) {
            notes.release(window);
          }
          held.add(new Held(to, theirs));
        }
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
