package io.ringtail.sampler.settle;

import io.ringtail.link.Peer;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Decisions a replay may still ask for (protocol D3, D4), this sampler's and those of whom it is
 * heir: kept in batches, however large the decision caches are, until the log of every router
 * begins above what a batch covers.
 *
 * <p>Apart from these it keeps the decisions that late spans have followed ({@link LateDecisions}),
 * until no log has these spans: they are asked only when the decision is in no other batch any
 * more.
 *
 * <p>A decision is known by {batch, place in it}; some 40 bytes a decision. Threads: the shard's.
 */
@SuppressWarnings("ReferenceEquality") // what is shared by batches is counted once
public final class Replayable {
  /** In the place of an entry: not known. */
  public static final int NONE = DecisionIndex.NONE;

  private final BatchTable batches = new BatchTable();
  private final DecisionIndex index = new DecisionIndex(batches);
  private final DecisionIndex followed = new DecisionIndex(batches);
  private final RouterLogs logs = new RouterLogs();
  private final Deque<DecisionBatch> own = new ArrayDeque<>();
  private final Deque<DecisionBatch> received = new ArrayDeque<>();
  private final Deque<DecisionBatch> late = new ArrayDeque<>();
  private final Map<NoticeOf, DecisionBatch> byNotice = new HashMap<>();
  private int kept;
  private long bytes;
  private Seqs lastCounted = Seqs.NONE;

  /** An incarnation's order may be learned only later: its bits say enough. */
  private record NoticeOf(long bits, long id) {
    static NoticeOf of(Peer from, long id) {
      return new NoticeOf(from.incarnation().bits(), id);
    }
  }

  /**
   * A batch of this sampler's decisions, kept in mind at once and evicted not before it is closed.
   */
  public DecisionBatch open() {
    DecisionBatch batch = batches.create(true, null, 0);
    own.addLast(batch);
    return batch;
  }

  /**
   * A batch of another's decisions; the last of a notice is to be {@link #stored}.
   *
   * @param from who told of it, null if it came with a slot
   */
  public DecisionBatch open(@Nullable Peer from, long noticeId, boolean settled) {
    DecisionBatch batch = batches.create(false, from, noticeId);
    received.addLast(batch);
    if (settled) {
      batch.settle();
    }
    return batch;
  }

  /**
   * A batch of decisions that late spans have followed; of a notice as {@link #open} says.
   *
   * @param from who told of it, null if nobody did or it came with a slot
   */
  public DecisionBatch openLate(@Nullable Peer from, long noticeId) {
    DecisionBatch batch = batches.create(false, from, noticeId);
    batch.ofLate();
    late.addLast(batch);
    return batch;
  }

  /**
   * A notice is stored to its end: one that was given up half way must not pass for known when it
   * comes again.
   *
   * @param last batch of it, which will be settled with it
   */
  public void stored(DecisionBatch last) {
    Peer from = last.from();
    if (from != null) {
      byNotice.put(NoticeOf.of(from, last.noticeId()), last);
    }
  }

  /** Adds a decision that is not to be found yet; returns its place. */
  public int add(DecisionBatch batch, int context, long hi, long lo, int policy, boolean keep) {
    return batch.add(context, hi, lo, policy, keep);
  }

  /**
   * Makes a decision be found. If there is another one on the trace, keep wins (protocol P3).
   *
   * @return false if the other one says otherwise
   */
  public boolean index(DecisionBatch batch, int place) {
    return batch.isLate() ? indexLate(batch, place) : index.put(batch, place);
  }

  /** There is one for each trace: the other one is withdrawn. */
  private boolean indexLate(DecisionBatch batch, int place) {
    int before = followed.find(batch.context(place), batch.hi(place), batch.lo(place));
    boolean same = followed.put(batch, place);
    if (before == NONE) {
      return same;
    }
    boolean replaced =
        followed.find(batch.context(place), batch.hi(place), batch.lo(place)) != before;
    int gone = replaced ? before : entry(batch, place);
    batch(gone).withdraw(place(gone));
    return same;
  }

  /** Where the late spans' decision on a trace is, {@link #NONE} if there were none. */
  int findLate(int context, long hi, long lo) {
    return followed.find(context, hi, lo);
  }

  /**
   * Whether a decision will be known as long as a part is in its router's log.
   *
   * @param entry what is known of its trace, or {@link #NONE}
   */
  boolean covers(int entry, boolean keep, int routerKey, long seq) {
    return entry != NONE
        && keep(entry) == keep
        && (willCover(batch(entry)) || batch(entry).seqs().reaches(routerKey, seq));
  }

  /** Whether it will be known as long as any log has something up to these. */
  boolean covers(int entry, boolean keep, long[] upTo) {
    return entry != NONE
        && keep(entry) == keep
        && (willCover(batch(entry)) || batch(entry).seqs().reaches(upTo));
  }

  /** All that is seen until it is closed. */
  private static boolean willCover(DecisionBatch batch) {
    return batch.isOwn() && !batch.isClosed();
  }

  /**
   * Whether a decision that comes by another way is nothing new: the same one is kept already, as
   * settled as this. Copies of one decision may cover more than it needs, but all of them cover
   * what was seen when it was taken; what is decided on a trace later covers only what came later.
   * That late spans have followed it says nothing of what was in the trace.
   *
   * <p>Without it each who keeps a copy sends it to each new owner, who sends all of them to its
   * heir: under a chain of moves they would multiply with every epoch.
   */
  public boolean isKnown(int context, long hi, long lo, boolean keep, boolean settled, Seqs seqs) {
    int entry = index.find(context, hi, lo);
    if (entry == NONE || keep(entry) != keep) {
      return false;
    }
    DecisionBatch batch = batch(entry);
    return (batch.settled() || !settled) && (!batch.isClosed() || batch.seqs().meets(seqs));
  }

  /**
   * Whether a decision received need not be passed on, as the copy that is found says all it does.
   * One that is not settled is stored as often as it is told, since each may be settled by whoever
   * told it: with every move each copy would be told again, and come back.
   */
  public boolean isSaidByAnother(DecisionBatch batch, int place) {
    if (batch.isOwn() || batch.isLate()) {
      return false;
    }
    int entry = index.find(batch.context(place), batch.hi(place), batch.lo(place));
    if (entry == NONE || entry == entry(batch, place) || keep(entry) != batch.keep(place)) {
      return false;
    }
    DecisionBatch found = batch(entry);
    return found.isClosed()
        && (found.isSettled(place(entry)) || !batch.isSettled(place))
        && found.seqs().reaches(batch.seqs().upTo());
  }

  /** A decision is taken back, or its trace is another's: it is not found any more. */
  public void withdraw(DecisionBatch batch, int place) {
    index.remove(batch, place);
    batch.withdraw(place);
  }

  /** By which a trace refers to its decision. */
  public static int entry(DecisionBatch batch, int place) {
    return DecisionIndex.entry(batch, place);
  }

  public static int place(int entry) {
    return DecisionIndex.place(entry);
  }

  /**
   * The export of a trace is another sampler's now: so is to say that it is settled. Its decision
   * stays known here, apart from the others, which are settled sooner or later.
   */
  public void handedOff(DecisionBatch batch, int place) {
    batch.answered(place);
    if (!batch.isVoid(place)) {
      alone(batch, place, false);
      batch.split();
    }
  }

  /**
   * A trace decided elsewhere, whose export came with its slot, is settled.
   *
   * @return the decision as it is known now; null if it was settled before
   */
  public @Nullable DecisionBatch settled(int entry) {
    DecisionBatch batch = batch(entry);
    return batch.isSettled(place(entry)) ? null : alone(batch, place(entry), true);
  }

  /** Makes a decision a batch of its own. */
  private DecisionBatch alone(DecisionBatch batch, int place, boolean settled) {
    DecisionBatch alone = open(null, 0, settled);
    int context = batch.context(place);
    long hi = batch.hi(place);
    long lo = batch.lo(place);
    int at = add(alone, context, hi, lo, batch.policy(place), batch.keep(place));
    withdraw(batch, place);
    var unused = index(alone, at);
    close(alone, batch.seqs());
    return alone;
  }

  /** No more is added to a batch. */
  public void close(DecisionBatch batch, Seqs covered) {
    batch.close(covered, covered == lastCounted ? 0 : covered.bytes());
    lastCounted = covered;
    bytes += batch.bytes();
    kept += batch.size();
  }

  /** The decision on a trace, {@link #NONE} if there is none. */
  public int find(int context, long hi, long lo) {
    int entry = index.find(context, hi, lo);
    return entry == NONE ? followed.find(context, hi, lo) : entry;
  }

  /**
   * Reads what {@link #find} begins with, ahead of it.
   *
   * @return of no meaning, but to be kept
   */
  public int warm(int hash) {
    return index.warm(hash);
  }

  /** The batch a decision is in. */
  public DecisionBatch batch(int entry) {
    return index.batch(entry);
  }

  /** The batch of that number, which has not been evicted. */
  public DecisionBatch numbered(int number) {
    return batches.get(number);
  }

  public int policy(int entry) {
    return batch(entry).policy(place(entry));
  }

  public boolean keep(int entry) {
    return index.keep(entry);
  }

  /**
   * Whether a replayed part is nothing new for a trace: the decision on it is settled and the part
   * was in the trace (protocol D3).
   */
  public boolean isSettled(int entry, int routerKey, long firstSeq) {
    DecisionBatch batch = batch(entry);
    return batch.settled() && batch.seqs().contains(routerKey, firstSeq);
  }

  /** Whether a notice is stored. */
  public boolean knows(Peer from, long noticeId) {
    return byNotice.containsKey(NoticeOf.of(from, noticeId));
  }

  /** Lets batches that are closed share what holds for all of them, to need less room. */
  public void share(List<DecisionBatch> closed) {
    if (closed.size() < 2) {
      return;
    }
    Seqs shared = closed.get(0).seqs();
    for (DecisionBatch batch : closed) {
      shared = shared.and(batch.seqs());
    }
    for (DecisionBatch batch : closed) {
      if (at(batch.number()) == batch) {
        bytes -= batch.bytes();
        batch.close(shared, shared == lastCounted ? 0 : shared.bytes());
        lastCounted = shared;
        bytes += batch.bytes();
      }
    }
  }

  /** The second notice on a batch has come (protocol D3). */
  public void settled(Peer from, long noticeId) {
    DecisionBatch batch = byNotice.get(NoticeOf.of(from, noticeId));
    if (batch != null) {
      batch.settle();
    }
  }

  /** A router's log begins at {@code oldestSeq} (protocol A5). */
  public void logBegins(int routerKey, long oldestSeq) {
    logs.begins(routerKey, oldestSeq);
  }

  /**
   * No epoch names these routers any more: no decision is kept for their logs (protocol D4).
   *
   * @param routerKeys all of them
   */
  public void gone(int[] routerKeys) {
    logs.gone(routerKeys);
  }

  /** A router is gone, and its log with it. */
  public void forget(int routerKey) {
    logs.forget(routerKey);
    for (int number = 0; number < batches.numbers(); number++) {
      DecisionBatch batch = batches.at(number);
      if (batch != null) {
        batch.seqs().forget(routerKey);
      }
    }
  }

  /**
   * Forgets batches no replay can ask for any more, the oldest first.
   *
   * @param limit most batches to look at
   * @param last told of each batch of another's decisions, or of late spans', before it goes
   */
  public int evict(int limit, Consumer<DecisionBatch> last) {
    return evict(own, limit, batch -> {}) + evict(received, limit, last) + evict(late, limit, last);
  }

  private int evict(Deque<DecisionBatch> from, int limit, Consumer<DecisionBatch> last) {
    int evicted = 0;
    while (evicted < limit && !from.isEmpty() && canGo(from.getFirst())) {
      DecisionBatch batch = from.removeFirst();
      last.accept(batch);
      forget(batch);
      evicted++;
    }
    return evicted;
  }

  private boolean canGo(DecisionBatch batch) {
    return batch.isClosed() && batch.unsettled() == 0 && !logs.mayReplay(batch.seqs());
  }

  private void forget(DecisionBatch batch) {
    DecisionIndex of = batch.isLate() ? followed : index;
    for (int place = 0; place < batch.size(); place++) {
      of.remove(batch, place);
    }
    batches.remove(batch.number());
    bytes -= batch.bytes();
    kept -= batch.size();
    Peer from = batch.from();
    if (from != null) {
      byNotice.remove(NoticeOf.of(from, batch.noticeId()), batch);
    }
    of.shrink();
  }

  /**
   * For a walk over all, the oldest first: this sampler's, the others', those late spans followed.
   */
  public void forEach(Consumer<DecisionBatch> visitor) {
    own.forEach(visitor);
    received.forEach(visitor);
    late.forEach(visitor);
  }

  /** For a walk over all: batches have numbers below this. */
  public int numbers() {
    return batches.numbers();
  }

  /** For a walk over all; null if there is no batch of that number now. */
  public @Nullable DecisionBatch at(int number) {
    return batches.at(number);
  }

  /** Marks the contexts its decisions refer to. */
  public void markContexts(BitSet inUse) {
    for (int number = 0; number < batches.numbers(); number++) {
      DecisionBatch batch = batches.at(number);
      for (int place = 0; batch != null && place < batch.size(); place++) {
        if (!batch.isVoid(place)) {
          inUse.set(batch.context(place));
        }
      }
    }
  }

  /** Decisions that can be found, but for those that only late spans keep. */
  public int size() {
    return index.size();
  }

  /** Decisions kept, those counted again that came by several ways. */
  public int kept() {
    return kept;
  }

  /** What counts in the byte budget. */
  public long bytes() {
    return bytes + index.bytes() + followed.bytes();
  }
}
