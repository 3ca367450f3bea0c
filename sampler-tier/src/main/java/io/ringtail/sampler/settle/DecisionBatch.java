package io.ringtail.sampler.settle;

import io.ringtail.link.Peer;
import java.util.ArrayList;
import java.util.Arrays;
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
  private boolean handedOff;

  /** A notice in which another sampler was told of it. */
  public record Told(Peer heir, long noticeId) {}

  DecisionBatch(int number, @Nullable Peer from, long noticeId) {
    this.number = number;
    this.from = from;
    this.noticeId = noticeId;
  }

  /** By which traces refer to it. */
  public int number() {
    return number;
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

  /** One of its traces is being exported. */
  public void exporting() {
    unsettled++;
  }

  /** Another sampler has an export of it: whether it is answered is not known here any more. */
  public void handedOff() {
    unsettled--;
    handedOff = true;
  }

  /** Whether all is settled, but for being said so. */
  public boolean isDone() {
    return closed && !settled && !handedOff && unsettled == 0;
  }

  /** An export of one of its traces is finally answered. */
  public void answered() {
    unsettled--;
  }

  /** Traces of it whose export is not answered. */
  public int unsettled() {
    return unsettled;
  }

  public boolean settled() {
    return settled;
  }

  public void settle() {
    settled = true;
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
