package io.ringtail.router.retain;

import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Member;
import io.ringtail.link.Mark;
import io.ringtail.rules.Rule;
import io.ringtail.rules.Rules;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Up to which seq the samplers need nothing more of this router's log: the least of all marks in
 * force (protocol section 4). Pure; threads: one.
 *
 * <p>A living sampler's mark is in force from its first acceptance or lowering on (M3). A lost
 * one's last mark stays until every sampler of the epoch that lost it has said that it needs
 * nothing more of it (M6). If one of those is lost in its turn, what it still needed is needed by
 * who owns its slots now: so the first mark then waits for the release of the second, too. That is
 * more than M6 asks for, by which a second loss ends the wait at once: the log could then forget
 * what the second owner had not got yet before the third has asked for it.
 *
 * <p>After an epoch out of turn, a gap or a change of chain, everyone no longer named counts as
 * lost by it. If samplers see this router come anew with it, nothing at all is forgotten until
 * every owner of it has asked for a replay (R3). An owner whose question for all its slots has been
 * answered since needs nothing more of anyone lost by then. Owners are waited for {@link #ASKING},
 * then for {@link #OUT_OF_TURN} at most. After a gap that was only ours nobody has a reason to ask,
 * and words of M6 count; but only those up to the epoch out of turn or a later one: who inherited
 * from one lost in the gap may have been lost in it, too, unknown here, and its heirs speak of that
 * loss alone.
 */
final class Floor {
  /** No mark is in force. */
  static final long NONE = Long.MAX_VALUE;

  static final Duration ASKING = Duration.ofMinutes(1);
  static final Duration OUT_OF_TURN = Duration.ofMinutes(3);
  private static final int REMEMBERED = 4096;

  private final Map<SamplerKey, LivingMark> living = new HashMap<>();
  private final Map<Named, LostMark> lost = new LinkedHashMap<>();
  private final EarlyWords early = new EarlyWords();

  /** Up to which epoch a sampler needs nothing of anyone lost: it may not know of each. */
  private final Map<SamplerKey, EpochOrder> contentUpTo = new Recent<>(REMEMBERED);

  /** Whose marks have ended: what they still say constrains nothing. */
  private final Set<SamplerKey> over = Collections.newSetFromMap(new Recent<>(REMEMBERED));

  /** Owners that have not asked since the epoch out of turn (R3). */
  private final Set<SamplerKey> toAsk = new HashSet<>();

  /** Those whose question was answered since. */
  private final Set<SamplerKey> answered = new HashSet<>();

  /** Epochs that are or were in use since samplers have seen this router come. */
  private final Set<EpochOrder> used = Collections.newSetFromMap(new Recent<>(REMEMBERED));

  private EpochOrder inUse = EpochOrder.NONE;
  private EpochOrder outOfTurn = EpochOrder.NONE;
  private long outOfTurnNanos;
  private final boolean keepsLostMarks;

  /**
   * A sampler incarnation as epochs name it. One that was lost before it had any epoch in use is
   * named anew with the same bits, and is another: it knows nothing of what was lost before.
   *
   * @param order of the first epoch that names it
   */
  record Named(SamplerKey key, EpochOrder order) {
    static Named of(Member member) {
      return new Named(SamplerKey.of(member), member.incarnation().order());
    }
  }

  Floor(Rules rules) {
    this.keepsLostMarks = rules.inForce(Rule.M6);
  }

  /** The greatest seq that no mark holds; {@link #NONE} if there is no mark. */
  long value() {
    if (!toAsk.isEmpty()) {
      return 0;
    }
    long least = NONE;
    for (LivingMark sampler : living.values()) {
      least = Math.min(least, sampler.mark);
    }
    for (LostMark sampler : lost.values()) {
      least = Math.min(least, sampler.mark);
    }
    return least;
  }

  /** An acceptance constrains as a mark just below the part does (M3). */
  void accepted(SamplerKey by, long seq) {
    lower(by, seq - 1);
  }

  /**
   * A mark, which may fall (M4); those of the lost are ignored (M6). One given in an epoch that is
   * not in use here may be so high because somebody whom this router does not know has what was
   * below it: until that epoch is, it may only fall by it (M5).
   */
  void marked(SamplerKey by, Mark mark) {
    if (isConstraining(by)) {
      LivingMark sampler = living.computeIfAbsent(by, key -> new LivingMark());
      boolean counts = used.contains(mark.epoch());
      sampler.mark = counts ? mark.seq() : Math.min(sampler.mark, mark.seq());
      sampler.later = counts ? null : mark;
    }
  }

  private boolean isConstraining(SamplerKey sampler) {
    return isNamed(sampler) || (!isLost(sampler) && !over.contains(sampler));
  }

  /** A mark that is at most {@code seq} from now on (H3). */
  void lower(SamplerKey of, long seq) {
    if (isConstraining(of)) {
      living.computeIfAbsent(of, key -> new LivingMark()).lower(seq);
    }
  }

  /**
   * The mark by which a part this sampler accepted may go though others' are lower (M7).
   *
   * @return 0 if there is no such mark
   */
  long ownMark(SamplerKey of) {
    LivingMark sampler = living.get(of);
    return sampler == null || sampler.mark == NONE ? 0 : sampler.mark;
  }

  /** The newest mark of a sampler, lost ones included; 0 if none is known. */
  long lastMark(SamplerKey of) {
    LivingMark alive = living.get(of);
    if (alive != null) {
      return alive.mark == NONE ? 0 : alive.mark;
    }
    return lost.entrySet().stream()
        .filter(e -> e.getKey().key.equals(of))
        .mapToLong(e -> e.getValue().mark)
        .filter(mark -> mark != NONE)
        .min()
        .orElse(0);
  }

  /** Whether others have not said yet that they have what a lost sampler had (M6). */
  boolean keepsFor(SamplerKey sampler) {
    return lost.entrySet().stream()
        .anyMatch(l -> l.getKey().key.equals(sampler) && l.getValue().mark != NONE);
  }

  /** Whether it is, and not named anew. */
  boolean isLost(SamplerKey sampler) {
    return !isNamed(sampler) && lost.keySet().stream().anyMatch(l -> l.key.equals(sampler));
  }

  /** Whether the newest epoch names it. */
  boolean isNamed(SamplerKey sampler) {
    LivingMark known = living.get(sampler);
    return known != null && known.named != null;
  }

  /** Whether marks wait for questions, because of an epoch out of turn. */
  boolean isOutOfTurn() {
    return !toAsk.isEmpty() || lost.values().stream().anyMatch(l -> l.outOfTurn);
  }

  /**
   * An epoch is in use: no acceptance by a sampler it does not name follows.
   *
   * @param inTurn false after a gap or a change of chain (E3, P2)
   * @param namedAnew the epoch in which samplers have seen this router come anew, which it may have
   *     skipped, and since which they ask it (R3); null after a gap that was only ours, where their
   *     words count as always
   */
  void onEpoch(Epoch epoch, boolean inTurn, @Nullable EpochOrder namedAnew, long nowNanos) {
    Map<SamplerKey, Member> named =
        epoch.members().stream()
            .filter(m -> m.role() == Member.Role.SAMPLER)
            .collect(Collectors.toMap(SamplerKey::of, m -> m, (a, b) -> a));
    if (!inTurn) {
      outOfTurn = namedAnew == null ? epoch.order() : namedAnew;
      outOfTurnNanos = nowNanos;
      answered.clear();
    }
    inUse = epoch.order();
    boolean wordsCount = inTurn || namedAnew == null;
    if (!wordsCount) {
      beginAnew(named);
    }
    for (Member m : epoch.lost()) {
      if (m.role() == Member.Role.SAMPLER && !named.containsKey(SamplerKey.of(m))) {
        lose(Named.of(m), named, inTurn, wordsCount);
      }
    }
    for (LivingMark known : List.copyOf(living.values())) {
      Named before = known.named;
      Member now = before == null ? null : named.get(before.key);
      if (before != null && now == null) {
        leave(before, named, inTurn, wordsCount);
      } else if (now != null && !Named.of(now).equals(before)) {
        rename(known, named, inTurn, wordsCount);
      }
    }
    named.values().forEach(m -> name(Named.of(m)));
    used.add(epoch.order());
    takeLaterMarks();
    early.forgetOlder(named, epoch.order());
    waitForOwners(named, nowNanos);
    toAsk.retainAll(named.keySet());
    answered.retainAll(named.keySet());
    applyEarlyWords();
  }

  private void beginAnew(Map<SamplerKey, Member> named) {
    toAsk.clear();
    used.clear(); // what was given in them did not count with this router
    contentUpTo.clear(); // of another chain, perhaps
    for (Map.Entry<SamplerKey, Member> m : named.entrySet()) {
      if (m.getValue().ownsSlots()) {
        toAsk.add(m.getKey());
      }
    }
    for (Named before : List.copyOf(lost.keySet())) {
      if (!named.containsKey(before.key)) {
        lose(before, named, false, false);
      }
    }
  }

  private void leave(
      Named sampler, Map<SamplerKey, Member> named, boolean inTurn, boolean wordsCount) {
    if (inTurn) { // with a word: what it held is with others
      living.remove(sampler.key);
      release(sampler);
    } else {
      lose(sampler, named, false, wordsCount);
    }
  }

  /**
   * The same process by another order: of two chains that name a joiner the other one goes on, or
   * the loss of one that never had an epoch in use was skipped. Nobody says a word by the old name
   * any more: that counts as lost, so who was waited for by it is waited for as those are by whom
   * it is inherited. The mark goes on with the process.
   */
  private void rename(
      LivingMark known, Map<SamplerKey, Member> named, boolean inTurn, boolean wordsCount) {
    Named before = Objects.requireNonNull(known.named);
    living.remove(before.key);
    lose(before, named, inTurn, wordsCount);
    living.put(before.key, known);
  }

  private void lose(
      Named sampler, Map<SamplerKey, Member> named, boolean inTurn, boolean wordsCount) {
    LostMark before = lost.get(sampler);
    if (before != null && wordsCount) {
      return;
    }
    LivingMark known = living.remove(sampler.key);
    long mark = known != null ? known.mark : before != null ? before.mark : NONE;
    Set<Named> waitsFor = new HashSet<>();
    boolean awaitsOwners = named.values().stream().noneMatch(Member::ownsSlots);
    for (Member m : named.values()) {
      if (!awaitsOwners && (wordsCount || m.ownsSlots())) {
        waitsFor.add(Named.of(m));
      }
    }
    boolean unsure = !inTurn || awaitsOwners;
    LostMark record =
        new LostMark(keepsLostMarks ? mark : NONE, inUse, waitsFor, unsure, !wordsCount);
    record.awaitsOwners = awaitsOwners;
    record.ownGap = !inTurn && wordsCount && !awaitsOwners;
    lost.put(sampler, record);
  }

  private void takeLaterMarks() {
    for (LivingMark sampler : living.values()) {
      Mark later = sampler.later;
      if (later != null && used.contains(later.epoch())) {
        sampler.mark = later.seq();
        sampler.later = null;
      }
    }
  }

  /** Without owners nobody asks for what was lost (S3): the first that come do, for all slots. */
  private void waitForOwners(Map<SamplerKey, Member> named, long nowNanos) {
    for (LostMark record : lost.values()) {
      for (Member m : named.values()) {
        if (record.awaitsOwners && m.ownsSlots()) {
          record.waitsFor.add(Named.of(m));
        }
      }
      if (!record.waitsFor.isEmpty() && record.awaitsOwners) {
        record.awaitsOwners = false;
        outOfTurnNanos = nowNanos;
      }
    }
  }

  /** Whoever the newest epoch names is not lost (P2). */
  private void name(Named sampler) {
    LivingMark alive = living.computeIfAbsent(sampler.key, key -> new LivingMark());
    alive.named = sampler;
    LostMark before = lost.remove(sampler);
    if (over.remove(sampler.key) || before != null) {
      early.forget(sampler); // they were of a loss undone
    }
    if (before != null) {
      alive.mark = Math.min(alive.mark, before.mark);
    }
  }

  /** It is drained, or nobody needs anything more of it: nor is it waited for. */
  private void release(Named first) {
    ArrayDeque<Named> released = new ArrayDeque<>();
    released.add(first);
    for (Named gone = released.poll(); gone != null; gone = released.poll()) {
      lost.remove(gone);
      over.add(gone.key);
      for (Map.Entry<Named, LostMark> other : lost.entrySet()) {
        if (other.getValue().waitsFor.remove(gone) && other.getValue().waitsFor.isEmpty()) {
          released.add(other.getKey());
        }
      }
    }
  }

  private void applyEarlyWords() {
    for (EarlyWords.Word word : early.take(lost.keySet())) {
      needsNothingOf(word.sayer(), word.lost(), word.epoch());
    }
    List.copyOf(contentUpTo.keySet()).forEach(this::releaseWhatIsNotNeeded);
  }

  /**
   * {@code sayer} needs nothing more of a lost sampler (M6), nor of anyone else lost up to then:
   * one that came and was lost in epochs it has skipped it does not know by name.
   *
   * @param epoch one that did not name that any more; {@link EpochOrder#NONE} if not told
   */
  void needsNothing(SamplerKey sayer, Named of, EpochOrder epoch) {
    contentUpTo.merge(sayer, epoch, (a, b) -> a.compareTo(b) < 0 ? b : a);
    if (!of.key.equals(sayer)) { // of itself it says only up to which epoch
      needsNothingOf(sayer, of, epoch);
    }
    releaseWhatIsNotNeeded(sayer);
  }

  private void releaseWhatIsNotNeeded(SamplerKey sayer) {
    EpochOrder upTo = contentUpTo.getOrDefault(sayer, EpochOrder.NONE);
    Named self = newest(sayer);
    for (Named gone : List.copyOf(lost.keySet())) {
      LostMark record = lost.get(gone);
      if (record != null
          && record.epoch.compareTo(upTo) <= 0
          && (!record.afterAnswer || answered.contains(sayer))
          && record.waitsFor.remove(self)
          && record.waitsFor.isEmpty()) {
        release(gone);
      }
    }
  }

  private void needsNothingOf(SamplerKey sayer, Named of, EpochOrder epoch) {
    LostMark record = lost.get(of);
    if (record == null || (record.afterAnswer && !answered.contains(sayer))) {
      early.add(new EarlyWords.Word(sayer, of, epoch));
      return;
    }
    boolean ofAllInTheGap = !record.ownGap || record.epoch.compareTo(epoch) <= 0;
    if (ofAllInTheGap && record.waitsFor.remove(newest(sayer)) && record.waitsFor.isEmpty()) {
      release(of);
    }
  }

  /** As the last epoch that named it did. */
  private @Nullable Named newest(SamplerKey sampler) {
    LivingMark alive = living.get(sampler);
    if (alive != null && alive.named != null) {
      return alive.named; // though one of another chain may have had a higher order
    }
    Named newest = null;
    for (Named gone : lost.keySet()) {
      boolean later = newest == null || newest.order.compareTo(gone.order) < 0;
      newest = gone.key.equals(sampler) && later ? gone : newest;
    }
    return newest;
  }

  /** A lost sampler has nothing left: its mark ends (L2). */
  void empty(SamplerKey sampler) {
    lost.forEach((gone, record) -> record.mark = gone.key.equals(sampler) ? NONE : record.mark);
  }

  /** A question asked in {@code epoch} is taken up, which pins what it is about (R3). */
  void asked(SamplerKey by, EpochOrder epoch) {
    if (epoch.compareTo(outOfTurn) >= 0) {
      toAsk.remove(by);
    }
  }

  /**
   * Such a question is answered.
   *
   * @param ofAllSlots whether it was for all slots its asker owned when it was taken up
   */
  void answered(SamplerKey asker, EpochOrder epoch, boolean ofAllSlots) {
    if (epoch.compareTo(outOfTurn) < 0) {
      return;
    }
    answered.add(asker);
    applyEarlyWords();
    if (ofAllSlots) {
      needsNothingOutOfTurn(asker);
    }
  }

  private void needsNothingOutOfTurn(SamplerKey asker) {
    Named sayer = newest(asker);
    for (Named sampler : List.copyOf(lost.keySet())) {
      LostMark record = lost.get(sampler);
      if (record != null
          && record.outOfTurn
          && record.waitsFor.remove(sayer)
          && record.waitsFor.isEmpty()) {
        release(sampler);
      }
    }
  }

  /**
   * Gives up waiting for words that should have come long ago.
   *
   * @return marks and questions given up
   */
  int onTick(long nowNanos) {
    long waitedNanos = nowNanos - outOfTurnNanos;
    int givenUp = 0;
    if (waitedNanos > ASKING.toNanos()) {
      givenUp += toAsk.size();
      toAsk.clear();
    }
    if (waitedNanos > OUT_OF_TURN.toNanos()) {
      for (Named sampler : List.copyOf(lost.keySet())) {
        LostMark record = lost.get(sampler);
        if (record != null && record.outOfTurn && !record.awaitsOwners) {
          givenUp++;
          release(sampler);
        }
      }
    }
    return givenUp;
  }
}
