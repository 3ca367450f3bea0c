package io.ringtail.it.sim;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * What the protocol does not promise, trace by trace: decisions on both sides of a partition
 * (section 11), by the last samplers of a cluster (S3), of what was in the log of a router that is
 * lost together with a sampler (R3), and of what nobody is left to remember. A span that is lost is
 * excused by none of them. Threads: one.
 */
final class Excuses {
  /** Until then a dead heir may be taken for alive, and a decision has effect without it (D2). */
  private static final long UNNOTICED = 6 * World.SECOND;

  /** For so long after its decision a trace may still be in logs, and be replayed. */
  private static final long LOGGED = 4 * World.SECOND;

  /** So long it takes to tell another what one knows, who may not have the same epoch yet. */
  static final long TELLING = World.SECOND / 2;

  private final World world;
  private final long decisionWait;
  private final boolean remembersLittle;
  private final Latecomers latecomers;
  private final List<Long> forgotten = new ArrayList<>();
  private final List<Loss> samplersLost = new ArrayList<>();

  /** Those of them that live, and others that a chain without them has won over. */
  private final List<Loss> strangers = new ArrayList<>();

  private final List<Noticed> noticed = new ArrayList<>();
  private final List<Heard> heard = new ArrayList<>();
  private final Set<String> routersLost = new HashSet<>();
  private final List<Stop> routersStood = new ArrayList<>();

  private record Stop(String router, long from, long to) {
    boolean isAt(long time) {
      return from < time && time < to;
    }
  }

  private final List<OwnSide> ownSides = new ArrayList<>();
  private long partedAt = Long.MAX_VALUE;
  private long lastDecides = Long.MAX_VALUE;

  /**
   * @param heirless whether its newest epoch had no other active sampler: nobody else remembers
   * @param untold whether there was none, or none that had any epoch in use: none could be told of
   *     what it knew from others
   * @param lives it is only taken for dead, and goes on until it hears of that
   */
  private record Loss(long at, String lost, boolean heirless, boolean untold, boolean lives) {}

  /** A sampler uses an epoch by which that one was lost, and tells another what that knew. */
  private record Noticed(long at, Host by, String lost) {}

  /** A router is told of an epoch that lost that one, and sends it nothing any more. */
  private record Heard(long at, String router, String lost) {}

  /**
   * Routers that go by a chain of their own, with a sampler on it, after one of them, or that
   * sampler, was taken for dead.
   */
  private record OwnSide(long from, long until, Set<String> routers) {
    boolean took(Ledger.Sent span) {
      return from <= span.toldAt && span.toldAt <= until && routers.contains(span.toldBy.get(0));
    }
  }

  /**
   * @param remembersLittle whether decisions that no log needs are forgotten at once
   * @param decidesEarly whether memory is so short that traces are decided before their time
   */
  Excuses(World world, long decisionWait, boolean remembersLittle, boolean decidesEarly) {
    this.world = world;
    this.decisionWait = decisionWait;
    this.remembersLittle = remembersLittle;
    this.latecomers = new Latecomers(remembersLittle, decidesEarly, routersLost);
  }

  // ---- what happens

  /**
   * @param router which incarnation
   */
  void routerLost(String router) {
    routersLost.add(router);
  }

  /**
   * @param router which incarnation goes on
   * @param since when it was stopped
   */
  void routerStood(String router, long since) {
    routersStood.add(new Stop(router, since, world.now()));
  }

  void samplerLost(String lost, boolean heirless, boolean untold, boolean lives) {
    samplersLost.add(new Loss(world.now(), lost, heirless, untold, lives));
    if (lives) {
      isToldLost(lost);
    }
  }

  /** A sampler lives that others take for lost, as is told now or will be soon (L2). */
  void isToldLost(String sampler) {
    strangers.add(new Loss(world.now(), sampler, false, false, true));
  }

  /** A sampler goes by an epoch that tells of a loss. */
  void lossNoticed(Host by, String lost) {
    noticed.add(new Noticed(world.now(), by, lost));
  }

  /**
   * A router is told of a sampler's loss.
   *
   * @param router which incarnation
   */
  void lossHeard(String router, String lost) {
    heard.add(new Heard(world.now(), router, lost));
  }

  /**
   * The last sampler is gone, or the last one that owned slots when others live that an operator
   * has drained (S3), and with it what was decided: spans that come later begin anew.
   */
  void decisionsForgotten() {
    forgotten.add(world.now());
  }

  /** The cluster falls into parts. */
  void parted() {
    partedAt = Math.min(partedAt, world.now());
  }

  /** Somebody has joined one that is taken for dead: what these routers take now, others miss. */
  void ownSide(Set<String> routers) {
    ownSides.add(new OwnSide(world.now(), Long.MAX_VALUE, routers));
  }

  /** All hear each other again, or will soon. */
  void united() {
    ownSides.replaceAll(s -> new OwnSide(s.from, Math.min(s.until, world.now()), s.routers));
  }

  /** A sampler has nobody to give anything to and decides what it holds (S3). */
  void decidesLast() {
    lastDecides = Math.min(lastDecides, world.now());
  }

  // ---- what is excused

  /**
   * Whether a trace was decided without spans whose senders had been told of them. One whose heir
   * does not answer cannot learn from it that a newer epoch gives its slot to another: that is
   * counted by the sampler, and judged by what came to the backend.
   */
  boolean isOnAPart(Ledger.Trace trace) {
    return !trace.decisions.isEmpty()
        && trace.decisions.get(0).missing() > 0
        && (trace.decisions.get(0).known() || trace.decisions.get(0).alone())
        && !isUncovered(trace)
        && !isParted(trace)
        && !isDecidedLast(trace)
        && !wasWholeAndForgotten(trace)
        && !wasWholeAndTakenAlong(trace)
        && !wasWholeAndTakenBack(trace)
        && !latecomers.areDecidedAnew(trace);
  }

  /**
   * Whether it had been decided before, on the whole of it, and all who knew were killed before
   * anybody else heard: more losses at once than are promised to be survived. What was settled has
   * left the logs then, and nobody can know that the rest of it is a rest. Such a decision has had
   * effect where the trace had gone meanwhile: whoever took it had to take it back (D2).
   */
  private static boolean wasWholeAndForgotten(Ledger.Trace trace) {
    long gone = lastDeath(whoTookItAlong(trace));
    return isHeardOfAnew(trace, gone)
        && trace.ended.stream().anyMatch(e -> e.at() < gone && e.missing() == 0);
  }

  /** Whether somebody who knew nothing when the last one who did was gone decides it anew. */
  private static boolean isHeardOfAnew(Ledger.Trace trace, long gone) {
    long anew = trace.decisions.get(0).at();
    return gone != 0
        && trace.knows.values().stream().anyMatch(heard -> gone < heard && heard <= anew);
  }

  /**
   * The same where another knew of the decision before any of the trace came to it: then it ends
   * nothing there (D5), and what comes is late. Who left in order gave to others what it knew; only
   * the last of them may not have, so that one must have been killed.
   */
  private boolean wasWholeAndTakenAlong(Ledger.Trace trace) {
    List<Host> knew = whoKnewAndAreGone(trace, Host::goneAt);
    long gone = last(knew, Host::goneAt);
    return isHeardOfAnew(trace, gone)
        && isNobodyLeft(knew, gone)
        && trace.taken.stream()
            .filter(t -> t.at() < gone && t.missing() == 0)
            .anyMatch(t -> !t.keep() || isAllThere(trace));
  }

  private static boolean isAllThere(Ledger.Trace trace) {
    return trace.spans.stream().allMatch(s -> s.toldAt == 0 || s.arrived);
  }

  /**
   * Whether the last two were killed and nobody had noticed the first, or the last one had nobody
   * to tell, or one that was dead: so also one that left in order as the last sampler there was.
   */
  private boolean isNobodyLeft(List<Host> knew, long gone) {
    if (forgotten.contains(gone)) {
      return true;
    }
    List<Host> killed =
        knew.stream()
            .filter(h -> h.killedAt() <= gone)
            .sorted(Comparator.comparingLong(Host::killedAt))
            .toList();
    int last = killed.size() - 1;
    if (last < 0 || killed.get(last).killedAt() != gone) {
      return false;
    }
    return isUntold(gone)
        || (last > 0 && !wasNoticed(killed.get(last - 1), gone, knew))
        || mayHaveADeadHeir(killed.get(last));
  }

  /** Whether one was dead that it could take for its heir, as it had not heard of that. */
  private boolean mayHaveADeadHeir(Host last) {
    return samplersLost.stream()
        .filter(l -> !l.lives && last.killedAt() - UNNOTICED < l.at && l.at < last.killedAt())
        .anyMatch(
            l ->
                noticed.stream()
                    .filter(n -> n.by.equals(last) && n.lost.equals(l.lost) && l.at < n.at)
                    .noneMatch(n -> n.at + TELLING <= last.killedAt()));
  }

  /** Whether who was lost then had nobody to tell. */
  private boolean isUntold(long at) {
    return samplersLost.stream().anyMatch(l -> l.at == at && l.untold);
  }

  /** Who knew of its decision, if they were killed before anybody else heard; else nobody. */
  private static List<Host> whoTookItAlong(Ledger.Trace trace) {
    return whoKnewAndAreGone(trace, Host::killedAt);
  }

  private static List<Host> whoKnewAndAreGone(Ledger.Trace trace, ToLongFunction<Host> goneAt) {
    List<Host> knew = new ArrayList<>();
    for (Map.Entry<Host, Long> next : trace.knows.entrySet()) {
      if (!knew.isEmpty() && last(knew, goneAt) < next.getValue()) {
        return knew;
      }
      knew.add(next.getKey());
    }
    return List.of();
  }

  private static long lastDeath(List<Host> hosts) {
    return last(hosts, Host::killedAt);
  }

  private static long last(List<Host> hosts, ToLongFunction<Host> goneAt) {
    return hosts.stream().mapToLong(goneAt).max().orElse(0);
  }

  /**
   * Whether another had decided it before, on the whole of it, and took that back as the slot went
   * (D2), and who decides it anew had heard of that and forgot: where next to none are remembered
   * and no log of a router that is named has anything of it (D4). Till then what there was of it
   * ended by the first (D5).
   */
  private boolean wasWholeAndTakenBack(Ledger.Trace trace) {
    Ledger.Decided anew = trace.decisions.get(0);
    return isForgottenForRouters(trace)
        && trace.knows.entrySet().stream()
            .anyMatch(k -> k.getKey().name().equals(anew.by()) && k.getValue() < anew.at())
        && trace.taken.stream()
            .anyMatch(t -> t.at() < anew.at() && !t.by().equals(anew.by()) && t.missing() == 0);
  }

  /**
   * Whether one more decision took effect though somebody lived who knew of the one before: either
   * who had taken it or its heir, if there could be one (D2). An heir forgets what no log has
   * anything of (D4): then, without who had taken it, spans that are accepted later begin anew.
   */
  boolean isTwice(Ledger.Trace trace) {
    if (isParted(trace) || isDecidedLast(trace) || isUncovered(trace)) {
      return false;
    }
    for (int i = 1; i < trace.decisions.size(); i++) {
      if (!isForgotten(trace, trace.decisions.get(i - 1), trace.decisions.get(i))) {
        return true;
      }
    }
    return false;
  }

  private boolean isForgotten(Ledger.Trace trace, Ledger.Decided one, Ledger.Decided next) {
    long first = one.at();
    long second = next.at();
    List<Loss> losses =
        samplersLost.stream().filter(l -> first - UNNOTICED < l.at && l.at <= second).toList();
    boolean onlyLater =
        next.spans()
            <= trace.spans.stream().filter(s -> s.toldAt == 0 || s.toldAt >= first).count();
    int knew = one.alone() || !one.known() || onlyLater ? 1 : 2;
    return losses.size() >= knew
        || losses.stream().anyMatch(Loss::heirless)
        || wasForgotten(first, second)
        || isForgottenUntold(trace, first, second)
        || isForgottenForRouters(trace)
        || (onlyLater && isForgottenForStopped(trace, first))
        || (onlyLater && isForgottenForSenders(trace, first))
        || isForgottenForStrangers(trace, second);
  }

  /**
   * Whether the last who knew of it was killed with nobody to tell, when those who had known before
   * had left in order: who has joined meanwhile may be named already, and have no epoch in use.
   */
  private boolean isForgottenUntold(Ledger.Trace trace, long first, long second) {
    long gone = last(whoKnewAndAreGone(trace, Host::goneAt), Host::goneAt);
    return first < gone && gone <= second && isUntold(gone);
  }

  /**
   * Nor is one replayable for who was taken for lost, and hands over what it had when it hears of
   * that (L2), long after others had a replay of it, have decided it, and no log has it. It may
   * have what was sent before the router heard of the loss.
   */
  private boolean isForgottenForStrangers(Ledger.Trace trace, long second) {
    return remembersLittle
        && strangers.stream()
            .filter(l -> l.at < second)
            .anyMatch(l -> trace.spans.stream().anyMatch(s -> s.firstSentAt < sendsUntil(s, l)));
  }

  /** When the router a span was sent to first has heard of a loss. */
  private long sendsUntil(Ledger.Sent span, Loss loss) {
    return heard.stream()
        .filter(h -> h.at > loss.at && h.lost.equals(loss.lost))
        .filter(h -> span.sentTo.get(0).equals(h.router))
        .mapToLong(Heard::at)
        .min()
        .orElse(loss.at);
  }

  /**
   * A decision is replayable for the routers of the newest epoch (D4). What one has sent that is
   * lost, or was taken for lost and comes back, be it late, a replay or handed over, only the
   * decision cache can know.
   */
  private boolean isForgottenForRouters(Ledger.Trace trace) {
    return remembersLittle
        && trace.spans.stream().anyMatch(s -> s.sentTo.stream().anyMatch(routersLost::contains));
  }

  /**
   * Nor is one replayable for what a router that was stopped before it, and for longer, had taken
   * in its last moments or took only then: of that nothing was said when it was decided (A5), and
   * it comes later than the wait.
   */
  private boolean isForgottenForStopped(Ledger.Trace trace, long first) {
    return remembersLittle
        && trace.spans.stream()
            .filter(s -> s.toldAt >= first)
            .allMatch(s -> s.sentTo.stream().anyMatch(router -> stood(router, first)));
  }

  /** Nor for what its sender, who was not answered, sends once more when it is decided. */
  private boolean isForgottenForSenders(Ledger.Trace trace, long first) {
    return remembersLittle
        && trace.spans.stream().filter(s -> s.toldAt >= first).allMatch(s -> s.sentAgain);
  }

  private boolean stood(String router, long time) {
    return routersStood.stream().anyMatch(s -> s.router.equals(router) && s.isAt(time));
  }

  /**
   * Whether a trace may be at the backend in part, or dropped though it has an error.
   *
   * @param strict all of its spans came within its time: nothing but a part of it can be missing
   */
  boolean maySplit(Ledger.Trace trace, boolean strict) {
    long first = trace.spans.stream().mapToLong(s -> s.firstSentAt).min().orElseThrow();
    long last = trace.spans.stream().mapToLong(s -> s.toldAt).max().orElseThrow();
    return isUncovered(trace)
        || isParted(trace)
        || isDecidedLast(trace)
        || latecomers.wereDropped(trace)
        || (!strict
            && (wasForgotten(first, last)
                || isJudgedAnew(trace, first)
                || isJudgedAnewInPart(trace)
                || latecomers.areJudgedAnew(trace)
                || (isForgottenForRouters(trace) && latecomers.makeTwoDecisions(trace))));
  }

  /**
   * Whether no rule covers it: a span of it was in the log of a router that is lost, so not waited
   * for (R3), and a sampler was lost, too, which may have had it; also after its loss, if it lives:
   * the two are a side of their own then (P1).
   */
  private boolean isUncovered(Ledger.Trace trace) {
    return trace.spans.stream()
        .filter(s -> s.toldAt != 0 && routersLost.containsAll(s.toldBy))
        .anyMatch(s -> samplersLost.stream().anyMatch(l -> l.lives || l.at >= s.firstSentAt));
  }

  /**
   * Whether any of it was under way, or in a log, when the cluster fell into parts, or was taken on
   * a side of its own.
   */
  private boolean isParted(Ledger.Trace trace) {
    long last = trace.spans.stream().mapToLong(s -> s.toldAt).max().orElseThrow();
    return last + decisionWait + LOGGED >= partedAt
        || trace.spans.stream().anyMatch(s -> ownSides.stream().anyMatch(side -> side.took(s)));
  }

  /**
   * Two faults at once: the last sampler decides what it has while what another had, lost before,
   * can be replayed to nobody.
   */
  private boolean isDecidedLast(Ledger.Trace trace) {
    return samplersLost.stream().anyMatch(l -> l.at - UNNOTICED < lastDecides)
        && trace.decisions.stream().anyMatch(d -> d.at() >= lastDecides);
  }

  private boolean wasForgotten(long first, long last) {
    return forgotten.stream().anyMatch(at -> first <= at && at <= last);
  }

  /**
   * Whether its decision was forgotten with the samplers that knew it: with the owner when no log
   * had anything of it any more, so that no heir keeps it (D4), or with both. Then what came too
   * late for it is judged as a trace of its own: each of the two whole, and as it deserves.
   */
  private boolean isJudgedAnew(Ledger.Trace trace, long first) {
    long decidedAt = first + decisionWait - Ledger.SLACK;
    return samplersLost.stream().anyMatch(l -> l.at >= decidedAt)
        && trace.spans.stream()
            .map(s -> s.toldAt)
            .filter(at -> at >= decidedAt)
            .anyMatch(
                at ->
                    isAsDeserved(trace, s -> s.toldAt < at)
                        && isAsDeserved(trace, s -> s.toldAt >= at));
  }

  /**
   * Whether its owner and its heir had decided it, on the whole of it, and both were killed before
   * anybody went by an epoch without the first of them: two losses, no replay between them; or its
   * owner, if there was nobody to be heir. What no log has any more follows the first decision, all
   * that came when they were gone the second, which was taken on that and on what was left in the
   * logs.
   */
  private boolean isJudgedAnewInPart(Ledger.Trace trace) {
    List<Host> knew = whoTookItAlong(trace);
    long gone = lastDeath(knew);
    return (knew.size() > 1 || isUntold(gone))
        && knew.stream().noneMatch(h -> wasNoticed(h, gone, knew))
        && trace.decisions.stream()
            .filter(d -> d.at() < gone && d.missing() == 0)
            .anyMatch(d -> isFollowedUntil(gone, d, trace));
  }

  /** By one of those who knew, in time: nobody else can tell another of the decision. */
  private boolean wasNoticed(Host lost, long before, List<Host> knew) {
    return noticed.stream()
        .filter(n -> n.lost.equals(lost.name()) && lost.killedAt() < n.at)
        .anyMatch(n -> n.at + TELLING <= before && knew.contains(n.by));
  }

  /** Whether nothing is missing at the backend but what one decision dropped, or the next. */
  private static boolean isFollowedUntil(long gone, Ledger.Decided first, Ledger.Trace trace) {
    return trace.decisions.stream().anyMatch(d -> d.at() > gone && d.keep() != first.keep())
        && trace.spans.stream()
            .filter(s -> s.toldAt != 0 && !s.arrived)
            .allMatch(s -> !s.span.error() && first.keep() == (s.toldAt > gone));
  }

  private static boolean isAsDeserved(Ledger.Trace trace, Predicate<Ledger.Sent> of) {
    List<Ledger.Sent> told = trace.spans.stream().filter(s -> s.toldAt != 0 && of.test(s)).toList();
    boolean error = told.stream().anyMatch(s -> s.span.error());
    return !told.isEmpty() && told.stream().allMatch(s -> s.arrived == error);
  }
}
