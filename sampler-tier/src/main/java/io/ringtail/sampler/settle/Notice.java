package io.ringtail.sampler.settle;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.link.Header;
import io.ringtail.link.Peer;
import io.ringtail.link.WireWriter;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.WireReader;
import io.ringtail.sampler.policy.Verdict;
import io.ringtail.trace.TraceHash;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/**
 * Decisions as they travel between samplers: to an heir (protocol D2) or with their slot (H1).
 *
 * <pre>
 * message Notice {
 *   message Router { string node_id = 1; uint64 view_id = 2; uint64 number = 3; fixed64 bits = 4;
 *                    uint64 before_plus_1 = 5; uint64 up_to_plus_1 = 6; }
 *   message Policy { string name = 1; uint32 outcome = 2; }  // 0 sampled, 1 not, 2 dropped
 *   repeated Router routers = 1;
 *   repeated bytes contexts = 2;
 *   repeated Policy policies = 3;
 *   bytes decisions = 4;       // each: ID (16 bytes), varints context and policy
 *   bool settled = 5;
 *   bool remembered = 6;       // only known to a decision cache: nothing is known of seqs
 *   repeated uint32 ages_millis = 7; // of remembered ones, in their order: since when
 *   bool late = 8;             // late spans have followed them, up to these seqs; with 6
 * }
 * </pre>
 *
 * Some 18 bytes a decision. Threads: one.
 */
public final class Notice {
  private static final int ROUTERS = 1 << 3 | WireReader.LEN;
  private static final int CONTEXTS = 2 << 3 | WireReader.LEN;
  private static final int POLICIES = 3 << 3 | WireReader.LEN;
  private static final int DECISIONS = 4 << 3 | WireReader.LEN;
  private static final int SETTLED = 5 << 3 | WireReader.VARINT;
  private static final int REMEMBERED = 6 << 3 | WireReader.VARINT;
  private static final int AGES = 7 << 3 | WireReader.LEN;
  private static final int LATE = 8 << 3 | WireReader.VARINT;

  private static final int NODE_ID = 1 << 3 | WireReader.LEN;
  private static final int VIEW_ID = 2 << 3 | WireReader.VARINT;
  private static final int NUMBER = 3 << 3 | WireReader.VARINT;
  private static final int BITS = 4 << 3 | WireReader.FIXED64;
  private static final int BEFORE = 5 << 3 | WireReader.VARINT;
  private static final int UP_TO = 6 << 3 | WireReader.VARINT;

  private static final int NAME = 1 << 3 | WireReader.LEN;
  private static final int OUTCOME = 2 << 3 | WireReader.VARINT;

  private static final Verdict.Outcome[] OUTCOMES = {
    Verdict.Outcome.SAMPLED, Verdict.Outcome.NOT_SAMPLED, Verdict.Outcome.DROPPED
  };

  private final Map<Header, Integer> contexts;
  private final Map<Verdict, Integer> verdicts;
  private final boolean settled;
  private final boolean remembered;
  private final boolean late;
  private final Seqs seqs;
  private long[] ids = new long[32];
  private int[] references = new int[32];

  /** Of remembered decisions. */
  private int[] ages = new int[0];

  private int size;

  /** Told of each decision of a notice. */
  public interface Visitor {
    void decision(Header context, long hi, long lo, Verdict verdict);
  }

  /**
   * An empty notice.
   *
   * @param settled whether all its traces are
   * @param remembered whether nothing is known but the decisions
   */
  public Notice(Seqs seqs, boolean settled, boolean remembered) {
    this(seqs, settled, remembered, false);
  }

  private Notice(Seqs seqs, boolean settled, boolean remembered, boolean late) {
    this.seqs = seqs;
    this.settled = settled;
    this.remembered = remembered;
    this.late = late;
    this.contexts = new LinkedHashMap<>();
    this.verdicts = new LinkedHashMap<>();
  }

  /** An empty notice of decisions that late spans have followed. */
  public static Notice ofLate(Seqs seqs) {
    return new Notice(seqs, true, false, true);
  }

  private Notice(Notice other, Seqs seqs) {
    this.seqs = seqs;
    this.settled = other.settled;
    this.remembered = other.remembered;
    this.late = other.late;
    this.contexts = other.contexts;
    this.verdicts = other.verdicts;
    this.ids = other.ids;
    this.references = other.references;
    this.ages = other.ages;
    this.size = other.size;
  }

  /** The same decisions, which cover something else; this is not to be used any more. */
  public Notice with(Seqs covered) {
    return new Notice(this, covered);
  }

  /** Its decisions on traces of some slots, which cover the same; itself if these are all. */
  public Notice only(IntPredicate slots) {
    Notice some = new Notice(seqs, settled, remembered, late);
    int[] visited = {0};
    forEach(
        (context, hi, lo, verdict) -> {
          int place = visited[0]++;
          if (slots.test(TraceHash.slot(hi, lo))) {
            some.add(context, hi, lo, verdict);
            if (remembered) {
              some.age(some.size - 1, ageMillis(place));
            }
          }
        });
    return some.size == size ? this : some;
  }

  public void add(Header context, long hi, long lo, Verdict verdict) {
    if (2 * size == ids.length) {
      ids = Arrays.copyOf(ids, ids.length * 2);
      references = Arrays.copyOf(references, ids.length);
    }
    ids[2 * size] = hi;
    ids[2 * size + 1] = lo;
    references[2 * size] = contexts.computeIfAbsent(context, c -> contexts.size());
    references[2 * size + 1] = verdicts.computeIfAbsent(verdict, v -> verdicts.size());
    size++;
  }

  /** Adds a decision that is only remembered. */
  public void add(Header context, long hi, long lo, Verdict verdict, int ageMillis) {
    add(context, hi, lo, verdict);
    age(size - 1, ageMillis);
  }

  private void age(int place, int ageMillis) {
    if (place >= ages.length) {
      ages = Arrays.copyOf(ages, Math.max(16, 2 * place));
    }
    ages[place] = ageMillis;
  }

  /** What it takes in memory, about; the same once it is sent. */
  public long memoryBytes() {
    return seqs.bytes()
        + (long) ids.length * Long.BYTES
        + (long) (references.length + ages.length) * Integer.BYTES;
  }

  /** Since when a decision is remembered; they are numbered as they are visited. */
  public int ageMillis(int place) {
    return place < ages.length ? ages[place] : 0;
  }

  public void forEach(Visitor visitor) {
    List<Header> headers = List.copyOf(contexts.keySet());
    List<Verdict> outcomes = List.copyOf(verdicts.keySet());
    for (int i = 0; i < size; i++) {
      visitor.decision(
          headers.get(references[2 * i]),
          ids[2 * i],
          ids[2 * i + 1],
          outcomes.get(references[2 * i + 1]));
    }
  }

  /** Nothing is covered of a router that is gone. */
  public void forget(int routerKey) {
    seqs.forget(routerKey);
  }

  public Seqs seqs() {
    return seqs;
  }

  public boolean settled() {
    return settled;
  }

  public boolean remembered() {
    return remembered;
  }

  /** Whether it says only how long the decisions are to be known. */
  public boolean late() {
    return late;
  }

  public int size() {
    return size;
  }

  /**
   * @return a heap buffer, the caller's
   */
  public ByteBuf encode(RouterKeys routers) {
    WireWriter out = new WireWriter(64 + size * 20);
    WireWriter inner = new WireWriter(64);
    for (int key = 0; key < seqs.upTo().length; key++) {
      Peer router = routers.router(key);
      if (router != null && seqs.upTo()[key] >= 0) {
        inner.clear();
        write(inner, router, key < seqs.before().length ? seqs.before()[key] : -1, key);
        out.messageField(ROUTERS, inner);
      }
    }
    contexts.keySet().forEach(context -> out.bytesField(CONTEXTS, context.bytes()));
    for (Verdict verdict : verdicts.keySet()) {
      inner.clear();
      inner.stringField(NAME, verdict.policy());
      inner.field(OUTCOME, Arrays.asList(OUTCOMES).indexOf(verdict.outcome()));
      out.messageField(POLICIES, inner);
    }
    WireWriter decisions = new WireWriter(size * 18);
    for (int i = 0; i < size; i++) {
      decisions.fixed64(Long.reverseBytes(ids[2 * i]));
      decisions.fixed64(Long.reverseBytes(ids[2 * i + 1]));
      decisions.varint(references[2 * i]);
      decisions.varint(references[2 * i + 1]);
    }
    out.messageField(DECISIONS, decisions);
    out.field(SETTLED, settled ? 1 : 0);
    out.field(REMEMBERED, remembered || late ? 1 : 0); // who does not know of late ones: no more
    out.field(LATE, late ? 1 : 0);
    if (remembered) {
      decisions.clear();
      for (int i = 0; i < size; i++) {
        decisions.varint(ageMillis(i));
      }
      out.messageField(AGES, decisions);
    }
    return Unpooled.wrappedBuffer(out.array(), 0, out.size());
  }

  private void write(WireWriter out, Peer router, long before, int key) {
    out.stringField(NODE_ID, router.nodeId());
    out.field(VIEW_ID, router.incarnation().order().viewId());
    out.field(NUMBER, router.incarnation().order().number());
    out.presentField(BITS, router.incarnation().bits());
    out.field(BEFORE, before + 1);
    out.field(UP_TO, seqs.upTo()[key] + 1);
  }

  /**
   * @param encoded a heap buffer, borrowed
   * @param routers gives keys to the routers named
   */
  public static Notice decode(ByteBuf encoded, RouterKeys routers) throws MalformedWireException {
    int start = encoded.arrayOffset() + encoded.readerIndex();
    return new Decoder(routers).decode(encoded.array(), start, start + encoded.readableBytes());
  }

  private static final class Decoder {
    private final RouterKeys routers;
    private final WireReader inner = new WireReader();
    private final List<Header> contexts = new ArrayList<>();
    private final List<Verdict> verdicts = new ArrayList<>();
    private long[] before = new long[0];
    private long[] upTo = new long[0];

    Decoder(RouterKeys routers) {
      this.routers = routers;
    }

    Notice decode(byte[] array, int start, int end) throws MalformedWireException {
      WireReader in = new WireReader().reset(array, start, end);
      int decisionsStart = 0;
      int decisionsEnd = 0;
      int agesStart = 0;
      int agesEnd = 0;
      boolean settled = false;
      boolean remembered = false;
      boolean late = false;
      while (in.next()) {
        switch (in.tag()) {
          case ROUTERS -> router(in.enter(inner));
          case CONTEXTS -> context(in.enter(inner));
          case POLICIES -> policy(in.enter(inner));
          case DECISIONS -> {
            WireReader decisions = in.enter(inner);
            decisionsStart = decisions.position();
            decisionsEnd = decisions.end();
          }
          case AGES -> {
            WireReader ages = in.enter(inner);
            agesStart = ages.position();
            agesEnd = ages.end();
          }
          case SETTLED -> settled = in.readVarint() != 0;
          case REMEMBERED -> remembered = in.readVarint() != 0;
          case LATE -> late = in.readVarint() != 0;
          default -> in.skip();
        }
      }
      Notice notice = new Notice(new Seqs(before, upTo), settled, remembered && !late, late);
      inner.reset(array, decisionsStart, decisionsEnd);
      while (inner.position() < decisionsEnd) {
        decision(notice);
      }
      inner.reset(array, agesStart, agesEnd);
      for (int i = 0; i < notice.size && inner.position() < agesEnd; i++) {
        notice.age(i, (int) Math.min(Integer.MAX_VALUE / 4, inner.readVarint() & Long.MAX_VALUE));
      }
      return notice;
    }

    private void router(WireReader in) throws MalformedWireException {
      String nodeId = "";
      long viewId = 0;
      long number = 0;
      long bits = 0;
      long beforePlus1 = 0;
      long upToPlus1 = 0;
      while (in.next()) {
        switch (in.tag()) {
          case NODE_ID -> nodeId = string(in);
          case VIEW_ID -> viewId = in.readVarint();
          case NUMBER -> number = in.readVarint();
          case BITS -> bits = in.readFixed64();
          case BEFORE -> beforePlus1 = in.readVarint();
          case UP_TO -> upToPlus1 = in.readVarint();
          default -> in.skip();
        }
      }
      int key =
          routers.keyOf(new Peer(nodeId, new Incarnation(new EpochOrder(viewId, number), bits)));
      if (key >= upTo.length) {
        int known = upTo.length;
        before = Arrays.copyOf(before, key + 1);
        upTo = Arrays.copyOf(upTo, key + 1);
        Arrays.fill(before, known, key + 1, -1);
        Arrays.fill(upTo, known, key + 1, -1);
      }
      before[key] = beforePlus1 - 1;
      upTo[key] = upToPlus1 - 1;
    }

    private void context(WireReader in) {
      contexts.add(new Header(Arrays.copyOfRange(in.array(), in.position(), in.end())));
    }

    private void policy(WireReader in) throws MalformedWireException {
      String name = "";
      long outcome = 0;
      while (in.next()) {
        switch (in.tag()) {
          case NAME -> name = string(in);
          case OUTCOME -> outcome = in.readVarint();
          default -> in.skip();
        }
      }
      if (outcome < 0 || outcome >= OUTCOMES.length) {
        throw new MalformedWireException("notice: outcome " + outcome + " (expected 0, 1 or 2)");
      }
      verdicts.add(new Verdict(OUTCOMES[(int) outcome], name));
    }

    private void decision(Notice notice) throws MalformedWireException {
      int at = inner.position();
      if (inner.end() - at < 18) {
        throw new MalformedWireException("notice: a decision of " + (inner.end() - at) + " bytes");
      }
      inner.position(at + 16);
      long context = inner.readVarint();
      long verdict = inner.readVarint();
      if (context < 0 || context >= contexts.size() || verdict < 0 || verdict >= verdicts.size()) {
        throw new MalformedWireException(
            "notice: context " + context + ", policy " + verdict + " are not in it");
      }
      notice.add(
          contexts.get((int) context),
          WireReader.longBigEndian(inner.array(), at),
          WireReader.longBigEndian(inner.array(), at + Long.BYTES),
          verdicts.get((int) verdict));
    }

    private static String string(WireReader in) throws MalformedWireException {
      int length = in.readLength();
      String value = new String(in.array(), in.position(), length, StandardCharsets.UTF_8);
      in.position(in.position() + length);
      return value;
    }
  }
}
