package io.ringtail.router.retain;

import io.netty.buffer.ByteBufAllocator;
import io.ringtail.link.RouterWord;
import io.ringtail.ring.SlotSet;
import io.ringtail.router.split.Part;
import io.ringtail.router.split.PartCutter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Questions for a replay and their answers (protocol R1, R2). Each question goes through the log
 * once, oldest first, with a bounded number of bytes on their way; those that are equally far share
 * the reading. A question is answered when all pieces cut for it, and all pieces with its slots
 * that were on their way when it was taken up, have been accepted. Pure; threads: the log's.
 */
final class Replays {
  private static final int QUESTIONS_AT_ONCE = 8;
  private static final int KEPT_ANSWERS = 1024;
  private static final int KEPT_SCRATCH_BYTES = 1 << 20;

  private final RetentionMetrics metrics;
  private final RetentionLog.Effects effects;
  private final PartCutter cutter;
  private final long questionBytes;
  private final PartStore store;
  private final Map<Key, Question> questions = new LinkedHashMap<>();

  /** By asker, so many at most: questions are repeated until the answer is heard. */
  private final Map<SamplerKey, TreeSet<Long>> answers = new HashMap<>();

  private final Set<Piece> onTheirWay = new LinkedHashSet<>();

  /** How many pieces, on their way or in the log, were first accepted as this seq. */
  private final TreeMap<Long, Integer> firstSeqs = new TreeMap<>();

  private long bytesOnTheirWay;
  private byte[] scratch = new byte[0];

  private record Key(SamplerKey asker, long id) {}

  /**
   * @param store has what is replayed: a piece on its way keeps what it was cut out of there
   * @param questionBytes most that is on its way for one question
   */
  Replays(
      RetentionMetrics metrics,
      PartStore store,
      ByteBufAllocator allocator,
      RetentionLog.Effects effects,
      long questionBytes) {
    this.questionBytes = questionBytes;
    this.store = store;
    this.metrics = metrics;
    this.effects = effects;
    this.cutter = new PartCutter(allocator);
  }

  /** Takes a question; one that is answered already is answered again, one that is open goes on. */
  void asked(Question question) {
    TreeSet<Long> answered = answers.get(question.asker());
    if (answered != null && answered.contains(question.id())) {
      effects.say(question.asker(), new RouterWord.Replayed(question.id()));
    } else if (questions.putIfAbsent(key(question), question) == null) {
      metrics.questions.inc();
    }
  }

  private static Key key(Question question) {
    return new Key(question.asker(), question.id());
  }

  /** The open ones; not to be changed while it is walked. */
  Collection<Question> questions() {
    return questions.values();
  }

  /** What is on its way elsewhere counts too (R2). */
  void begin(Question question) {
    for (Piece piece : onTheirWay) {
      if (piece.concerns(question)) {
        piece.holdsUp(question);
      }
    }
  }

  /** Questions of samplers that are gone are no longer open; their pieces go on. */
  void forget(Predicate<Question> question, Predicate<SamplerKey> asker) {
    questions.values().removeIf(question);
    answers.keySet().removeIf(asker);
  }

  /** The log keeps what is at or above this seq; {@link Floor#NONE} if no question needs any. */
  long pinnedFrom() {
    long from = Floor.NONE;
    for (Question q : questions.values()) {
      from = Math.min(from, q.next());
    }
    return from;
  }

  /** Of spans on their way, and of what was replayed and is in the log. */
  long oldestFirstSeq() {
    return firstSeqs.isEmpty() ? Long.MAX_VALUE : firstSeqs.firstKey();
  }

  void keepFirstSeq(long seq) {
    firstSeqs.merge(seq, 1, Integer::sum);
  }

  void letGoOfFirstSeq(long seq) {
    firstSeqs.computeIfPresent(seq, (key, n) -> n == 1 ? null : n - 1);
  }

  boolean isIdle() {
    return questions.isEmpty() && onTheirWay.isEmpty();
  }

  /**
   * Looks at parts of the log and sends pieces.
   *
   * @return whether there is more to look at now
   */
  boolean goOn(NavigableMap<Long, LoggedPart> parts, int maxBytes) {
    int bytes = 0;
    while (bytes < maxBytes) {
      List<Question> ready = ready();
      if (ready.isEmpty()) {
        return false;
      }
      long from = Floor.NONE;
      for (Question q : ready) {
        from = Math.min(from, q.next());
      }
      Map.Entry<Long, LoggedPart> entry = parts.ceilingEntry(from);
      if (entry == null) {
        ready.forEach(q -> q.lookedAt(Long.MAX_VALUE - 1));
      } else {
        look(entry.getValue(), ready, parts);
        bytes += entry.getValue().spanBytes();
      }
    }
    return true;
  }

  /** Those that may look further now. */
  private List<Question> ready() {
    List<Question> ready = new ArrayList<>();
    if (bytesOnTheirWay < QUESTIONS_AT_ONCE * questionBytes) {
      for (Question q : questions.values()) {
        boolean more = q.hasBegun() && q.next() != Floor.NONE;
        if (more && q.bytesOnTheirWay() < questionBytes) {
          ready.add(q);
        }
      }
    }
    return ready;
  }

  private void look(LoggedPart part, List<Question> ready, NavigableMap<Long, LoggedPart> parts) {
    boolean again = isCutFromOneOf(parts, part);
    PartCutter read = null;
    for (Question q : ready) {
      if (q.next() > part.seq()) {
        continue;
      }
      if (q.reaches(part.seq()) && !again) {
        read = read == null ? read(part) : read;
        cut(part, read, q);
      }
      q.lookedAt(part.seq());
    }
  }

  private PartCutter read(LoggedPart part) {
    int length = part.spanBytes();
    if (scratch.length < length || scratch.length > KEPT_SCRATCH_BYTES) {
      scratch = new byte[Math.max(length, 64 << 10)];
    }
    LoggedSpans spans = part.spans();
    store.segments().read(spans.address(), length, scratch);
    return cutter.read(scratch, spans.context(), spans.headers(), spans.ends());
  }

  /**
   * Whether these spans came out of a part that is there itself: each question that reaches them
   * has read that, so they would go out once more for every replay there was before.
   */
  private static boolean isCutFromOneOf(NavigableMap<Long, LoggedPart> parts, LoggedPart part) {
    return part.firstSeq() != part.seq() && parts.containsKey(part.firstSeq());
  }

  private void cut(LoggedPart from, PartCutter read, Question question) {
    int[] only = from.slots();
    SlotSet asked = only == null ? question.slots() : question.slots().and(SlotSet.of(only));
    read.cut(asked)
        .ifPresent(
            part -> {
              int[] slots = read.slotsWithin(asked);
              send(
                  part,
                  new Piece(
                      from.firstSeq(),
                      from.acceptedNanos(),
                      part.spanBytes(),
                      slots,
                      from.claim(),
                      store.pin(from.spans())),
                  question);
            });
  }

  private void send(Part part, Piece piece, Question question) {
    onTheirWay.add(piece);
    bytesOnTheirWay += piece.bytes();
    keepFirstSeq(piece.firstSeq());
    piece.holdsUp(question);
    metrics.replayedParts.inc();
    metrics.replayedSpans.inc(part.spanCount());
    effects.send(piece, part);
  }

  /** A part of a piece has been accepted, or never will be. */
  void accepted(Piece piece) {
    if (!piece.partWasAccepted() || !onTheirWay.remove(piece)) {
      return;
    }
    bytesOnTheirWay -= piece.bytes();
    letGoOfFirstSeq(piece.firstSeq());
    store.unpin(piece.source());
    piece.questions().forEach(q -> q.pieceWasAccepted(piece.bytes()));
  }

  /** Answers what can be answered. */
  List<Question> takeAnswered() {
    List<Question> answered = new ArrayList<>();
    for (Question q : questions.values()) {
      if (q.isAnswered()) {
        answered.add(q);
      }
    }
    for (Question q : answered) {
      questions.remove(key(q));
      remember(q);
      effects.say(q.asker(), new RouterWord.Replayed(q.id()));
    }
    return answered;
  }

  private void remember(Question question) {
    TreeSet<Long> ids = answers.computeIfAbsent(question.asker(), key -> new TreeSet<>());
    ids.add(question.id());
    if (ids.size() > KEPT_ANSWERS) {
      ids.pollFirst();
    }
  }
}
