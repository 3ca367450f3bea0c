package io.ringtail.sampler.settle;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The windows of {@link Notes} in the order of their notes, known by numbers. A window is kept
 * while something holds it, the current one always. Two that merge (protocol M8) become one that is
 * meant by the numbers of both, with the older one's notes. Threads: one.
 */
final class NoteWindows {
  private static final int OBJECT_BYTES = 72;

  /** The newest are not merged; fewer than twice as many are not either. */
  private static final int UNMERGED = 8;

  private @Nullable Window[] byNumber = new @Nullable Window[64];
  private int[] free = new int[64];
  private int freeCount;
  private int numbers;
  private Window oldest;
  private Window current;
  private int size = 1;
  private long bytes;

  /** One of them. */
  static final class Window {
    private int[] numbers = new int[1];
    private int numberCount;
    private int openedMillis;
    private int holds;
    private @Nullable Window before;
    private @Nullable Window after;
    private long[] notes;

    private Window(long[] notes, int openedMillis) {
      this.notes = notes;
      this.openedMillis = openedMillis;
    }

    int number() {
      return numbers[0];
    }

    /** About when its notes were right for what came then. */
    int openedMillis() {
      return openedMillis;
    }

    boolean isHeld() {
      return holds > 0;
    }

    @Nullable Window before() {
      return before;
    }

    @Nullable Window after() {
      return after;
    }

    /** By key; of keys behind its end nothing is noted. */
    long[] notes() {
      return notes;
    }

    private void addNumber(int number) {
      if (numberCount == numbers.length) {
        numbers = Arrays.copyOf(numbers, numberCount * 2);
      }
      numbers[numberCount++] = number;
    }

    private long bytes() {
      return OBJECT_BYTES
          + (long) numbers.length * Integer.BYTES
          + (long) notes.length * Long.BYTES;
    }
  }

  NoteWindows(int nowMillis) {
    current = new Window(new long[0], nowMillis);
    oldest = current;
    number(current);
  }

  Window oldest() {
    return oldest;
  }

  Window current() {
    return current;
  }

  /** The window of that number, which is held or the current one. */
  Window numbered(int number) {
    Window window = byNumber[number];
    if (window == null) {
      throw new AssertionError("window " + number + " is held by nobody");
    }
    return window;
  }

  /** A window of its own for what comes from now on; the current one again if nothing holds it. */
  void open(long[] notes, int nowMillis) {
    if (current.isHeld()) {
      Window opened = new Window(notes, nowMillis);
      opened.before = current;
      current.after = opened;
      current = opened;
      number(opened);
      size++;
    } else {
      notes(current, notes);
      current.openedMillis = nowMillis;
    }
  }

  /**
   * A window between two neighbours, which is to be held at once.
   *
   * @param notes not above those of {@code after}, nor below those of the one before it
   */
  Window insert(Window after, long[] notes, int openedMillis) {
    Window made = new Window(notes, openedMillis);
    Window before = after.before;
    made.before = before;
    made.after = after;
    after.before = made;
    if (before == null) {
      oldest = made;
    } else {
      before.after = made;
    }
    number(made);
    size++;
    return made;
  }

  private void number(Window window) {
    int number = freeCount > 0 ? free[--freeCount] : numbers++;
    if (number == byNumber.length) {
      byNumber = Arrays.copyOf(byNumber, number * 2);
    }
    byNumber[number] = window;
    window.addNumber(number);
    bytes += window.bytes();
  }

  void notes(Window window, long[] notes) {
    bytes -= window.bytes();
    window.notes = notes;
    bytes += window.bytes();
  }

  void hold(int number) {
    numbered(number).holds++;
  }

  void release(int number) {
    Window window = numbered(number);
    if (--window.holds == 0 && window != current) {
      for (int i = 0; i < window.numberCount; i++) {
        byNumber[window.numbers[i]] = null;
        free(window.numbers[i]);
      }
      unlink(window);
    }
  }

  private void free(int number) {
    if (freeCount == free.length) {
      free = Arrays.copyOf(free, freeCount * 2);
    }
    free[freeCount++] = number;
  }

  /** A window that is not the current one. */
  private void unlink(Window window) {
    Window before = window.before;
    Window after = window.after;
    if (after == null) {
      throw new AssertionError("the current window");
    }
    after.before = before;
    if (before == null) {
      oldest = after;
    } else {
      before.after = after;
    }
    bytes -= window.bytes();
    size--;
  }

  /** Of all but the newest few, every second one becomes one with the one before it. */
  void merge() {
    int left = size - UNMERGED;
    Window into = oldest;
    for (; left >= 2; left -= 2) {
      Window window = into.after;
      if (window == null) {
        throw new AssertionError("fewer than " + size + " windows");
      }
      mergeInto(into, window);
      if (into.after != null) {
        into = into.after;
      }
    }
  }

  private void mergeInto(Window into, Window window) {
    bytes -= into.bytes();
    for (int i = 0; i < window.numberCount; i++) {
      byNumber[window.numbers[i]] = into;
      into.addNumber(window.numbers[i]);
    }
    into.holds += window.holds;
    bytes += into.bytes();
    unlink(window);
  }

  boolean canMerge() {
    return size > 2 * UNMERGED;
  }

  int size() {
    return size;
  }

  /** What counts in the byte budget. */
  long bytes() {
    return bytes + (long) byNumber.length * Long.BYTES + (long) free.length * Integer.BYTES;
  }
}
