package io.ringtail.sampler.settle;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What one shard knew when something came (protocol M1, M2): for each router the newest seq it had
 * seen, noted once per {@value #WINDOW_MILLIS} ms window. What is not settled holds the window of
 * its arrival by number; the mark for a router is the note of the oldest window held, or the newest
 * seq seen if none is.
 *
 * <p>A later window's note is never below an earlier one's: who lowers a window lowers those before
 * it too, which changes no mark while the lowered one is held. So the oldest window has all marks,
 * and merging two windows (M8) is taking the older one's notes. Numbers stay valid: those of merged
 * windows mean the same one. A router not seen yet is noted as such, and means "just below its
 * first seq" once that is known. Threads: one.
 */
public final class Notes {
  static final int WINDOW_MILLIS = 100;

  /** Note of a router that had not been seen. */
  private static final long UNSEEN = -1;

  private static final int OBJECT_BYTES = 48;
  private static final int MIN_WINDOWS = 16;

  private final long maxBytes;
  private final boolean on;

  /** By number, in a ring; merged ones share an object, those nobody holds may be null. */
  private @Nullable Window[] windows = new @Nullable Window[64];

  private int oldest;
  private int current;
  private int openedMillis;
  private long[] seen = new long[4];
  private long[] handed = new long[4];
  private long[] beforeFirst = new long[4];
  private int[] unsure = new int[0];
  private int keys;
  private int distinct = 1;
  private long bytes;

  private static final class Window {
    private long[] notes;
    private int holds;

    Window(long[] notes) {
      this.notes = notes;
    }
  }

  /**
   * @param maxBytes of notes, above which old windows merge
   * @param on false notes nothing, as if no router were ever seen
   */
  public Notes(long maxBytes, int nowMillis, boolean on) {
    this.maxBytes = maxBytes;
    this.on = on;
    this.openedMillis = nowMillis;
    Arrays.fill(seen, UNSEEN);
    Arrays.fill(handed, UNSEEN);
    windows[0] = new Window(new long[0]);
    bytes = bytesOf(current());
  }

  /** The window of what comes now; to be held by each thing that is not settled at once. */
  public int window(int nowMillis) {
    if (on && nowMillis - openedMillis >= WINDOW_MILLIS) {
      openedMillis = nowMillis;
      open();
    }
    return current;
  }

  private void open() {
    Window window = current();
    if (window.holds > 0) {
      current++;
      ensureRing();
      window = new Window(new long[0]);
      windows[current & (windows.length - 1)] = window;
      distinct++;
      bytes += bytesOf(window);
    }
    bytes -= bytesOf(window);
    window.notes = Arrays.copyOf(seen, keys);
    bytes += bytesOf(window);
    if (bytes > maxBytes && distinct > MIN_WINDOWS) {
      merge();
    }
  }

  private void ensureRing() {
    if (current - oldest < windows.length) {
      return;
    }
    @Nullable Window[] larger = new @Nullable Window[windows.length * 2];
    for (int number = oldest; number < current; number++) {
      larger[number & (larger.length - 1)] = windows[number & (windows.length - 1)];
    }
    windows = larger;
  }

  /** Of all but the newest few, every second one becomes one with the one before it. */
  private void merge() {
    Window into = null;
    for (int number = oldest; number < current - MIN_WINDOWS / 2; number++) {
      Window window = at(number);
      if (window == null || window == into) {
        continue;
      }
      if (into == null) {
        into = window;
        continue;
      }
      for (int same = number; same < current && at(same) == window; same++) {
        windows[same & (windows.length - 1)] = into;
      }
      into.holds += window.holds;
      bytes -= bytesOf(window);
      distinct--;
      into = null;
    }
  }

  private @Nullable Window at(int number) {
    return windows[number & (windows.length - 1)];
  }

  private Window held(int number) {
    Window window = at(number);
    if (window == null) {
      throw new AssertionError("window " + number + " is held by nobody");
    }
    return window;
  }

  private Window current() {
    return held(current);
  }

  private static long bytesOf(Window window) {
    return OBJECT_BYTES + (long) window.notes.length * Long.BYTES;
  }

  /**
   * A part has come. What it is put into keeps the window of its own arrival; if the part is older
   * than another one seen, these windows must be lowered below it (M2).
   *
   * @return whether it is newer than all seen before
   */
  public boolean saw(int key, long seq) {
    if (!on) {
      return true;
    }
    ensureKey(key);
    if (seen[key] == UNSEEN) {
      beforeFirst[key] = seq - 1;
    }
    if (seq <= seen[key]) {
      return false;
    }
    seen[key] = seq;
    return true;
  }

  /** Nothing at or below {@code upToSeq} will come any more (A5). */
  public void passed(int key, long upToSeq) {
    if (!on) {
      return;
    }
    ensureKey(key);
    if (seen[key] == UNSEEN) {
      beforeFirst[key] = upToSeq;
    }
    seen[key] = Math.max(seen[key], upToSeq);
  }

  private void ensureKey(int key) {
    if (key >= seen.length) {
      int length = Math.max(key + 1, seen.length * 2);
      int before = seen.length;
      seen = Arrays.copyOf(seen, length);
      beforeFirst = Arrays.copyOf(beforeFirst, length);
      Arrays.fill(seen, before, length, UNSEEN);
      handed = Arrays.copyOf(handed, length);
      Arrays.fill(handed, before, length, UNSEEN);
    }
    keys = Math.max(keys, key + 1);
  }

  /**
   * Something in a window is older than its note: from now on that is at most {@code note}.
   *
   * @param window held by the caller
   */
  public void lower(int window, int key, long note) {
    if (!on) {
      return;
    }
    ensureKey(key);
    for (int number = window; number - oldest >= 0; number--) {
      Window lowered = at(number);
      if (lowered != null && !lower(lowered, key, note)) {
        return;
      }
    }
  }

  /** False if it was as low already: then all before it are too. */
  private boolean lower(Window window, int key, long note) {
    if (key >= window.notes.length) {
      bytes -= bytesOf(window);
      int before = window.notes.length;
      window.notes = Arrays.copyOf(window.notes, key + 1);
      Arrays.fill(window.notes, before, key + 1, UNSEEN);
      bytes += bytesOf(window);
    }
    long present = effective(window.notes[key], key);
    if (present != UNSEEN && present <= note) {
      return false;
    }
    window.notes[key] = note;
    return true;
  }

  private long effective(long note, int key) {
    return note == UNSEEN && seen[key] != UNSEEN ? beforeFirst[key] : note;
  }

  /** One more thing in this window is not settled. */
  public void hold(int window) {
    held(window).holds++;
  }

  /** One thing less. */
  public void release(int window) {
    Window released = held(window);
    if (--released.holds == 0 && window != current) {
      trim();
    }
  }

  private void trim() {
    while (oldest != current) {
      Window window = held(oldest);
      if (window.holds > 0) {
        return;
      }
      windows[oldest & (windows.length - 1)] = null;
      oldest++;
      if (at(oldest) != window) {
        distinct--;
        bytes -= bytesOf(window);
      }
    }
  }

  /** What a window says of a router, -1 if nothing: then nothing in it is of that router. */
  public long note(int window, int key) {
    long[] notes = held(window).notes;
    return key < keys ? effective(key < notes.length ? notes[key] : UNSEEN, key) : UNSEEN;
  }

  /** All of a router's parts up to this seq are settled here; -1 if it was not seen yet. */
  public long mark(int key) {
    if (key >= keys) {
      return UNSEEN;
    }
    return held(oldest).holds > 0 ? note(oldest, key) : seen[key];
  }

  /** Whether nothing here is left of what a router sent. */
  public boolean isSettled(int key) {
    return key >= keys || mark(key) == seen[key];
  }

  /** The marks by key; -1 where a router was not seen yet. */
  public long[] marks() {
    long[] marks = new long[keys];
    for (int key = 0; key < keys; key++) {
      marks[key] = mark(key);
    }
    return marks;
  }

  /** Others had seen this router's parts up to this seq when they handed over what they held. */
  public void handedOver(int key, long seq) {
    if (!on) {
      return;
    }
    ensureKey(key);
    handed[key] = Math.max(handed[key], seq);
  }

  /** What a decision taken now may rest on, by key: seen here, or by who handed over. */
  public long[] covered() {
    long[] covered = seen();
    for (int key = 0; key < keys; key++) {
      covered[key] = Math.max(covered[key], handed[key]);
    }
    return covered;
  }

  /** The newest seq seen of each router by key; -1 where none was. */
  public long[] seen() {
    return Arrays.copyOf(seen, keys);
  }

  /**
   * Routers of whose earlier parts some may be with nobody who lives, and still in their logs: they
   * are gone, or have come anew and not replayed all yet.
   *
   * @param keys all of them; those said before are none any more
   */
  public void unsure(int[] keys) {
    unsure = keys.clone();
  }

  /**
   * {@link #seen}, but for routers that are unsure: of those nothing is covered by what is here.
   */
  public long[] surelySeen() {
    long[] sure = seen();
    for (int key : unsure) {
      if (key < sure.length) {
        sure[key] = UNSEEN;
      }
    }
    return sure;
  }

  /** A router is gone: nothing is noted of it any more. */
  public void forget(int key) {
    if (key >= keys) {
      return;
    }
    seen[key] = UNSEEN;
    handed[key] = UNSEEN;
    for (int number = oldest; number - current <= 0; number++) {
      Window window = at(number);
      if (window != null && key < window.notes.length) {
        window.notes[key] = UNSEEN;
      }
    }
  }

  /** Keys are below this. */
  public int keys() {
    return keys;
  }

  /** Windows that are kept. */
  public int size() {
    return distinct;
  }

  /** What counts in the byte budget. */
  public long bytes() {
    return bytes + (long) windows.length * Long.BYTES;
  }
}
