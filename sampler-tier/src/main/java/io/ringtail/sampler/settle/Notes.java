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
 * and merging two windows (M8) is taking the older one's notes. What another sampler hands over
 * goes into a window between those of its time: in the current one it would lower the notes of all
 * that begins there, and marks would rise only when that is settled. A router not seen yet is noted
 * as such, and means "just below its first seq" once that is known. Threads: one.
 */
public final class Notes {
  static final int WINDOW_MILLIS = 100;

  /** Note of a router that had not been seen. */
  private static final long UNSEEN = -1;

  private final long maxBytes;
  private final boolean on;
  private final NoteWindows windows;
  private int openedMillis;
  private long[] seen = new long[4];
  private long[] handed = new long[4];
  private long[] beforeFirst = new long[4];
  private int[] unsure = new int[0];
  private int keys;

  /**
   * @param maxBytes of notes, above which old windows merge
   * @param on false notes nothing, as if no router were ever seen
   */
  public Notes(long maxBytes, int nowMillis, boolean on) {
    this.maxBytes = maxBytes;
    this.on = on;
    this.openedMillis = nowMillis;
    this.windows = new NoteWindows(nowMillis);
    Arrays.fill(seen, UNSEEN);
    Arrays.fill(handed, UNSEEN);
  }

  /** The window of what comes now; to be held by each thing that is not settled at once. */
  public int window(int nowMillis) {
    if (on && nowMillis - openedMillis >= WINDOW_MILLIS) {
      openedMillis = nowMillis;
      windows.open(Arrays.copyOf(seen, keys), nowMillis);
      mergeIfLarge();
    }
    return windows.current().number();
  }

  private void mergeIfLarge() {
    if (windows.bytes() > maxBytes && windows.canMerge()) {
      windows.merge();
    }
  }

  /**
   * The window for something of a window that another sampler had noted more for, or less: the
   * newest whose notes are not above either, made if none is near.
   *
   * @param window the newest it may be, the current one or one that is held
   * @param routers keys
   * @param seqs the other's notes of these; of other routers it has nothing
   * @param sinceMillis about when it came to the other
   * @return to be held at once
   */
  public int windowFor(int window, int[] routers, long[] seqs, int sinceMillis) {
    for (int router : routers) {
      ensureKey(router);
    }
    NoteWindows.Window after = null;
    NoteWindows.Window fits = windows.numbered(window);
    while (on && fits != null && isAbove(fits, routers, seqs)) {
      after = fits;
      fits = fits.before();
    }
    if (after == null) {
      return window;
    }
    if (fits != null && isNear(fits, after, routers, seqs, sinceMillis)) {
      return fits.number();
    }
    return insert(after, fits, routers, seqs, sinceMillis);
  }

  private boolean isAbove(NoteWindows.Window window, int[] routers, long[] seqs) {
    for (int i = 0; i < routers.length; i++) {
      long note = note(window, routers[i]);
      if (note == UNSEEN || note > seqs[i]) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether a window between the two is not worth it: there is one in {@value #WINDOW_MILLIS} ms.
   */
  private boolean isNear(
      NoteWindows.Window fits,
      NoteWindows.Window after,
      int[] routers,
      long[] seqs,
      int sinceMillis) {
    int age = sinceMillis - fits.openedMillis();
    if (after.openedMillis() - fits.openedMillis() < 2 * WINDOW_MILLIS
        || (age >= 0 && age < WINDOW_MILLIS)) {
      return true;
    }
    for (int i = 0; i < routers.length; i++) {
      if (note(fits, routers[i]) < least(note(after, routers[i]), seqs[i])) {
        return false;
      }
    }
    return true;
  }

  /** Of a note, which may say nothing, and a seq. */
  private static long least(long note, long seq) {
    return note == UNSEEN ? seq : Math.min(note, seq);
  }

  private static int earlier(int a, int b) {
    return b - a < 0 ? b : a;
  }

  private int insert(
      NoteWindows.Window after,
      NoteWindows.@Nullable Window before,
      int[] routers,
      long[] seqs,
      int sinceMillis) {
    long[] notes = Arrays.copyOf(after.notes(), Math.max(keys, after.notes().length));
    Arrays.fill(notes, after.notes().length, notes.length, UNSEEN);
    for (int i = 0; i < routers.length; i++) {
      notes[routers[i]] = least(effective(notes[routers[i]], routers[i]), seqs[i]);
    }
    int openedMillis = earlier(sinceMillis, after.openedMillis() - WINDOW_MILLIS);
    if (before != null && openedMillis - before.openedMillis() < WINDOW_MILLIS) {
      openedMillis = before.openedMillis() + WINDOW_MILLIS;
    }
    int made = windows.insert(after, notes, openedMillis).number();
    mergeIfLarge();
    return made;
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
      begins(key, seq - 1);
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
      begins(key, upToSeq);
    }
    seen[key] = Math.max(seen[key], upToSeq);
  }

  /** A router is seen: what comes may be older than what others have handed over of it. */
  private void begins(int key, long beforeSeq) {
    beforeFirst[key] = beforeSeq;
    for (NoteWindows.Window w = windows.oldest(); w != null; w = w.after()) {
      if (key < w.notes().length && w.notes()[key] > beforeSeq) {
        w.notes()[key] = beforeSeq;
      }
    }
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
    for (NoteWindows.Window w = windows.numbered(window); w != null; w = w.before()) {
      if (!lower(w, key, note)) {
        return;
      }
    }
  }

  /** False if it was as low already: then all before it are too. */
  private boolean lower(NoteWindows.Window window, int key, long note) {
    if (key >= window.notes().length) {
      int before = window.notes().length;
      long[] longer = Arrays.copyOf(window.notes(), key + 1);
      Arrays.fill(longer, before, key + 1, UNSEEN);
      windows.notes(window, longer);
    }
    long present = effective(window.notes()[key], key);
    if (present != UNSEEN && present <= note) {
      return false;
    }
    window.notes()[key] = note;
    return true;
  }

  private long effective(long note, int key) {
    return note == UNSEEN && seen[key] != UNSEEN ? beforeFirst[key] : note;
  }

  /** One more thing in this window is not settled. */
  public void hold(int window) {
    windows.hold(window);
  }

  /** One thing less. */
  public void release(int window) {
    windows.release(window);
  }

  /** What a window says of a router, -1 if nothing: then nothing in it is of that router. */
  public long note(int window, int key) {
    return note(windows.numbered(window), key);
  }

  private long note(NoteWindows.Window window, int key) {
    long[] notes = window.notes();
    return key < keys ? effective(key < notes.length ? notes[key] : UNSEEN, key) : UNSEEN;
  }

  /** All of a router's parts up to this seq are settled here; -1 if it was not seen yet. */
  public long mark(int key) {
    if (key >= keys) {
      return UNSEEN;
    }
    NoteWindows.Window oldest = windows.oldest();
    return oldest.isHeld() ? note(oldest, key) : seen[key];
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
    return covered(new long[keys]);
  }

  /**
   * The same for one who asks often.
   *
   * @param before an array to be used again
   * @return that one, or another if it has not the length
   */
  long[] covered(long[] before) {
    long[] covered = before.length == keys ? before : new long[keys];
    for (int key = 0; key < keys; key++) {
      covered[key] = Math.max(seen[key], handed[key]);
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
    for (NoteWindows.Window w = windows.oldest(); w != null; w = w.after()) {
      if (key < w.notes().length) {
        w.notes()[key] = UNSEEN;
      }
    }
  }

  /** Keys are below this. */
  public int keys() {
    return keys;
  }

  /** Windows that are kept. */
  public int size() {
    return windows.size();
  }

  /** What counts in the byte budget. */
  public long bytes() {
    return windows.bytes();
  }
}
