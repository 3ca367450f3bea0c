package io.ringtail.router.retain;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Header;
import io.ringtail.ring.SlotSet;
import io.ringtail.router.split.Part;
import io.ringtail.router.split.PartCutter;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parts of a {@link RetentionLog} and the memory they take: span bytes in {@link Segments},
 * resources and scopes once each, an entry on the heap. What does not fit is given up, oldest
 * first, and counted (M9). Threads: one.
 */
final class PartStore {
  private static final Logger log = LoggerFactory.getLogger(PartStore.class);
  private static final int FORGOTTEN_OF = 4096;

  private final RetentionConfig config;
  private final RetentionMetrics metrics;
  private final Segments segments;
  private final PartCutter cutter;
  private final HeaderRefs headers = new HeaderRefs();
  private final TreeMap<Long, LoggedPart> parts = new TreeMap<>();
  private final Map<SamplerKey, Integer> partsByReceiver = new HashMap<>();

  /** By receiver the newest seq of a part that was given up before it was settled. */
  private final Map<SamplerKey, Long> forgotten = new Recent<>(FORGOTTEN_OF);

  private long heapBytes;
  private long spanCount;
  private boolean exhaustionSaid;

  /** Told the first seq of a part of a replay that goes. */
  private final LongConsumer letGo;

  /**
   * @param memory gives so many bytes outside the heap, or throws {@link OutOfMemoryError}
   * @param cutter for looking into what was replayed
   * @param letGo told the first seq of each part that goes and is itself of a replay
   */
  PartStore(
      RetentionConfig config,
      RetentionMetrics metrics,
      IntFunction<ByteBuffer> memory,
      PartCutter cutter,
      LongConsumer letGo) {
    this.config = config;
    this.metrics = metrics;
    this.cutter = cutter;
    this.letGo = letGo;
    this.segments = new Segments(config.segmentBytes(), config.memoryBytes(), memory);
  }

  /** By seq. Read only. */
  NavigableMap<Long, LoggedPart> parts() {
    return Collections.unmodifiableNavigableMap(parts);
  }

  Segments segments() {
    return segments;
  }

  /** Spans of all parts. */
  long spanCount() {
    return spanCount;
  }

  /**
   * Keeps an accepted part: a copy of it, or, where what is there must not go for it, what it was
   * cut out of.
   *
   * @param part borrowed
   * @param sentFor what it was sent for
   * @return null if there is no room: then it has been given up
   */
  @Nullable LoggedPart add(
      Part part, long seq, EpochOrder epoch, SamplerKey receiver, SentFor sentFor, long nowNanos) {
    Piece piece = sentFor.piece();
    LoggedSpans source = piece == null ? null : sourceToShare(piece);
    if (source == null && !makeRoom(part.spanBytes())) {
      forget(receiver, seq, part.spanCount());
      return null;
    }
    int[] slots = source == null ? null : slotsOf(part);
    LoggedPart logged =
        new LoggedPart(
            seq,
            piece == null ? seq : piece.firstSeq(),
            piece == null ? nowNanos : piece.firstAcceptedNanos(),
            receiver,
            epoch,
            part.spanCount(),
            sentFor.claim(),
            source == null ? copy(part) : source.shared(),
            slots);
    parts.put(seq, logged);
    partsByReceiver.merge(receiver, 1, Integer::sum);
    heapBytes += logged.heapBytes();
    spanCount += logged.spanCount();
    return logged;
  }

  /**
   * What a piece was cut out of, where that must not go for it (M9): a copy would take the room of
   * what is on its way, which was taken in as it fits, and what has a right to stay would go.
   */
  private @Nullable LoggedSpans sourceToShare(Piece piece) {
    return shares() ? piece.source() : null;
  }

  private boolean shares() {
    return config.whenFull() == RetentionConfig.WhenFull.REFUSE;
  }

  /**
   * A piece is cut out of these: where it will share them they stay until it is accepted, though
   * the part that had them goes.
   */
  LoggedSpans pin(LoggedSpans spans) {
    return shares() ? spans.shared() : spans;
  }

  /** Such a piece is accepted, and in the log, or never will be. */
  void unpin(LoggedSpans spans) {
    if (shares()) {
      letGo(spans);
    }
  }

  private void letGo(LoggedSpans spans) {
    if (spans.letGo()) {
      release(spans);
    }
  }

  private LoggedSpans copy(Part part) {
    Header[] groupHeaders = headersOf(part);
    for (int i = 0; i < groupHeaders.length; i++) {
      groupHeaders[i] = headers.acquire(groupHeaders[i]);
    }
    long address = segments.append(part.array(), part.spansStart(0), part.spanBytes());
    LoggedSpans spans =
        new LoggedSpans(address, headers.acquire(part.context()), groupHeaders, endsOf(part));
    heapBytes += spans.heapBytes();
    return spans;
  }

  private int[] slotsOf(Part part) {
    int start = part.spansStart(0);
    byte[] bytes = Arrays.copyOfRange(part.array(), start, start + part.spanBytes());
    return cutter
        .read(bytes, part.context(), headersOf(part), endsOf(part))
        .slotsWithin(SlotSet.ALL);
  }

  /** Resource and scope of each group, in turn. */
  private static Header[] headersOf(Part part) {
    Header[] headers = new Header[2 * part.groupCount()];
    for (int g = 0; g < part.groupCount(); g++) {
      headers[2 * g] = part.resource(g);
      headers[2 * g + 1] = part.scope(g);
    }
    return headers;
  }

  private static int[] endsOf(Part part) {
    int[] ends = new int[part.groupCount()];
    for (int g = 0; g < ends.length; g++) {
      ends[g] = part.spansEnd(g) - part.spansStart(0);
    }
    return ends;
  }

  /** Where the JVM gives no more memory the oldest parts are given up, whatever the limit says. */
  private boolean makeRoom(int bytes) {
    while (!segments.reserve(bytes)) {
      if (segments.isExhausted() && !exhaustionSaid) {
        exhaustionSaid = true;
        log.warn(
            "event=retention-exhausted max_bytes={} configured={} reason=\"the JVM gives no more"
                + " memory outside the heap\"",
            capacity(),
            config.maxBytes());
      }
      if (parts.isEmpty()) {
        return false;
      }
      forget(parts.pollFirstEntry().getValue());
    }
    return true;
  }

  private void forget(LoggedPart part) {
    forget(part.receiver(), part.seq(), part.spanCount());
    release(part);
  }

  /** Counts spans of a receiver as given up. */
  void forget(SamplerKey receiver, long seq, int spans) {
    metrics.forgottenSpans.inc(spans);
    forgotten.merge(receiver, seq, Math::max);
  }

  /** Whether there is anything accepted by this one. */
  boolean has(SamplerKey receiver) {
    return partsByReceiver.containsKey(receiver);
  }

  /** The newest seq of this receiver's that was given up; 0 if there is none. */
  long forgottenUpTo(SamplerKey receiver) {
    return forgotten.getOrDefault(receiver, 0L);
  }

  /** M5. */
  void releaseUpTo(long seq) {
    while (!parts.isEmpty() && parts.firstKey() <= seq) {
      release(parts.pollFirstEntry().getValue());
    }
  }

  /**
   * Releases some of the parts in a range, looking at {@code most} of them.
   *
   * @param from the first seq
   * @param to one behind the last
   * @return where to go on; 0 if all were looked at
   */
  long releaseIf(long from, long to, int most, Predicate<LoggedPart> which) {
    Iterator<LoggedPart> some = parts.subMap(from, to).values().iterator();
    long next = from;
    for (int i = 0; i < most && some.hasNext(); i++) {
      LoggedPart part = some.next();
      next = part.seq() + 1;
      if (which.test(part)) {
        some.remove();
        release(part);
      }
    }
    return some.hasNext() ? next : 0;
  }

  /** M9. */
  void forgetWhatIsTooMuch() {
    while (!parts.isEmpty() && bytes() > capacity()) {
      forget(parts.pollFirstEntry().getValue());
    }
  }

  private void release(LoggedPart part) {
    letGo(part.spans());
    heapBytes -= part.heapBytes();
    spanCount -= part.spanCount();
    partsByReceiver.computeIfPresent(part.receiver(), (key, n) -> n == 1 ? null : n - 1);
    if (part.firstSeq() != part.seq()) {
      letGo.accept(part.firstSeq());
    }
  }

  private void release(LoggedSpans spans) {
    segments.free(spans.address(), spans.bytes());
    headers.release(spans.context());
    for (Header header : spans.headers()) {
      headers.release(header);
    }
    heapBytes -= spans.heapBytes();
  }

  /** What all of it takes. */
  long bytes() {
    return parts.isEmpty() ? 0 : segments.usedBytes() + headers.bytes() + heapBytes;
  }

  /** What was on its way when clients were refused comes still, and must find room. */
  long refusalBytes() {
    return segments.isExhausted() ? capacity() / 8 * 7 : capacity();
  }

  /** What can be kept: less than was configured once the JVM has refused memory. */
  long capacity() {
    if (!segments.isExhausted()) {
      return config.maxBytes();
    }
    return Math.min(config.maxBytes(), segments.takenBytes() + headers.bytes() + heapBytes);
  }
}
