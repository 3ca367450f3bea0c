package io.ringtail.sampler.settle;

import io.ringtail.link.Peer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decisions that were taken together, here or by a sampler whose heir this one is: what is said of
 * them is said of all. Threads: the shard's.
 */
public final class DecisionBatch {
  /** Most decisions in one. */
  public static final int CAPACITY = 512;

  static final int WORDS = 3;
  private static final int OBJECT_BYTES = 160;
  private static final long VOID = -1;

  private final int number;
  private final boolean own;
  private final @Nullable Peer from;
  private final long noticeId;
  private final List<Told> told = new ArrayList<>(1);
  private Seqs seqs = Seqs.NONE;
  private long[] entries = new long[8 * WORDS];
  private int size;
  private long seqsBytes;
  private int unsettled;
  private boolean closed;
  private boolean settled;
  private boolean split;
  private boolean waiting;
  private boolean late;

  /** Places of traces whose export is not answered. */
  private final BitSet exporting = new BitSet();

  /** A notice in which another sampler was told of it. */
  public record Told(Peer heir, long noticeId) {}

  /**
   * @param own whether this sampler took them: then it sees to it that they are settled
   */
  DecisionBatch(int number, boolean own, @Nullable Peer from, long noticeId) {
    this.number = number;
    this.own = own;
    this.from = from;
    this.noticeId = noticeId;
  }

  /** By which traces refer to it. */
  public int number() {
    return number;
  }

  /** Whether this sampler took the decisions. */
  boolean isOwn() {
    return own;
  }

  /** Who took the decisions and said so in notice {@link #noticeId}; null if not known or here. */
  public @Nullable Peer from() {
    return from;
  }

  public long noticeId() {
    return noticeId;
  }

  public Seqs seqs() {
    return seqs;
  }

  int add(int context, long hi, long lo, int policy, boolean keep) {
    if (size * WORDS == entries.length) {
      entries = Arrays.copyOf(entries, entries.length * 2);
    }
    int at = size * WORDS;
    entries[at] = hi;
    entries[at + 1] = lo;
    entries[at + 2] = ((long) context << 32) | ((long) policy << 1) | (keep ? 1 : 0);
    return size++;
  }

  public int size() {
    return size;
  }

  public boolean isFull() {
    return size == CAPACITY;
  }

  public long hi(int index) {
    return entries[index * WORDS];
  }

  public long lo(int index) {
    return entries[index * WORDS + 1];
  }

  public int context(int index) {
    return (int) (entries[index * WORDS + 2] >> 32);
  }

  /** Number the shard gave the policy. */
  public int policy(int index) {
    return (int) entries[index * WORDS + 2] >> 1;
  }

  public boolean keep(int index) {
    return (entries[index * WORDS + 2] & 1) != 0;
  }

  /** A decision that was taken back (protocol D2) is none. */
  public boolean isVoid(int index) {
    return entries[index * WORDS + 2] == VOID;
  }

  void withdraw(int index) {
    entries[index * WORDS + 2] = VOID;
  }

  /**
   * No decision is added any more.
   *
   * @param coveredBytes 0 if another batch counts them
   */
  void close(Seqs covered, long coveredBytes) {
    closed = true;
    seqs = covered;
    seqsBytes = coveredBytes;
    if (entries.length > size * WORDS) {
      entries = Arrays.copyOf(entries, size * WORDS);
    }
  }

  public boolean isClosed() {
    return closed;
  }

  /** Its decisions have no effect yet. */
  public void waitsForEffect() {
    unsettled++;
    waiting = true;
  }

  /** They have it, or were taken back. */
  public void hasEffect() {
    unsettled--;
    waiting = false;
  }

  /** One of its traces is being exported. */
  public void exporting(int place) {
    unsettled++;
    exporting.set(place);
  }

  /** That export is finally answered, or another sampler has it. */
  public void answered(int place) {
    unsettled--;
    exporting.clear(place);
  }

  /** Whether a trace is settled, though perhaps not all of the batch: nobody says so then. */
  public boolean isSettled(int place) {
    return settled || (own && closed && !waiting && !exporting.get(place));
  }

  /** A decision of it is another batch's now: what it was told in does not tell of it any more. */
  void split() {
    split = true;
  }

  /** Whether who was told of it was told also of what is not in it any more. */
  public boolean isSplit() {
    return split;
  }

  /** Whether all is settled, but for being said so. */
  public boolean isDone() {
    return own && closed && !settled && unsettled == 0;
  }

  /** Traces of it whose export is not answered, and one if it has no effect. */
  public int unsettled() {
    return unsettled;
  }

  public boolean settled() {
    return settled;
  }

  public void settle() {
    settled = true;
  }

  /** Late spans have followed its decisions: nothing is said of what was in their traces. */
  void ofLate() {
    late = true;
    settled = true;
  }

  /** Whether it says only how long decisions are to be known, as late spans have followed them. */
  public boolean isLate() {
    return late;
  }

  /** Whom it was told, to be told also when it is settled. */
  public List<Told> told() {
    return told;
  }

  public void told(Peer heir, long id) {
    told.add(new Told(heir, id));
  }

  long bytes() {
    return OBJECT_BYTES + seqsBytes + (long) entries.length * Long.BYTES;
  }
}
