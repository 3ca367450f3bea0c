package io.ringtail.router.retain;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Member;
import io.ringtail.link.Header;
import io.ringtail.link.Mark;
import io.ringtail.link.RouterWord;
import io.ringtail.link.SamplerWord;
import io.ringtail.metrics.Metrics;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.ring.RingTables;
import io.ringtail.router.retain.RetentionConfig.WhenFull;
import io.ringtail.router.route.RoutingTable;
import io.ringtail.router.route.Tables;
import io.ringtail.router.split.BatchSplitter;
import io.ringtail.router.split.HeaderTable;
import io.ringtail.router.split.Part;
import io.ringtail.router.split.SampleRequests;
import io.ringtail.rules.Rules;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A log with what it says and sends, driven by hand. */
final class LogFixture implements RetentionLog.Effects {
  record Said(SamplerKey to, RouterWord word) {}

  record Sent(Piece piece, Part part) {}

  record Request(@Nullable Piece piece, Claim claim) implements SentFor {}

  static final SamplerKey A = new SamplerKey("a", 100);
  static final SamplerKey B = new SamplerKey("b", 101);
  static final SamplerKey C = new SamplerKey("c", 102);

  private static final RingTables RINGS = new RingTables(16);

  final List<Said> said = new ArrayList<>();
  final List<Sent> sent = new ArrayList<>();
  final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
  final Metrics metrics = new Metrics();
  final Random random = new Random(7);
  final RetentionLog log;
  long skipped;
  boolean routerIsNamed = true;

  /** Epochs out of turn are so for this router alone: samplers have known it all the time. */
  boolean gapsAreOurs;

  final Set<SamplerKey> draining = new HashSet<>();
  long now;
  long unansweredFrom = Long.MAX_VALUE;
  private final BatchSplitter splitter = new BatchSplitter(HeaderTable.ofDefaultSize(), allocator);
  private @Nullable Epoch epoch;
  private @Nullable RoutingTable table;

  LogFixture() {
    this(new RetentionConfig(1 << 20, WhenFull.FORGET, Duration.ofSeconds(30)));
  }

  LogFixture(RetentionConfig config) {
    this(config, ByteBuffer::allocateDirect);
  }

  /**
   * @param memory gives so many bytes outside the heap
   */
  LogFixture(RetentionConfig config, IntFunction<ByteBuffer> memory) {
    log = new RetentionLog(config, metrics, allocator, memory, this, Rules.ALL);
  }

  @Override
  public void say(SamplerKey to, RouterWord word) {
    said.add(new Said(to, word));
  }

  @Override
  public void send(Piece piece, Part part) {
    sent.add(new Sent(piece, part));
  }

  /** The next epoch in turn; who is not named any more is drained unless it is lost. */
  void epoch(List<SamplerKey> named, SamplerKey... lost) {
    next(named, true, lost);
  }

  void next(List<SamplerKey> named, boolean inTurn, SamplerKey... lost) {
    Epoch before = epoch;
    List<Member> members = new ArrayList<>(members(named.stream()));
    if (routerIsNamed) {
      members.add(Tables.router());
    }
    members.sort(Comparator.comparing(Member::nodeId));
    EpochOrder order = before == null ? EpochOrder.NONE : before.order();
    epoch =
        new Epoch(
            new EpochOrder(1, order.number() + 1 + skipped),
            "a",
            members,
            RINGS.of(members(named.stream().filter(s -> !draining.contains(s)))).checksum(),
            order,
            members(Arrays.stream(lost)),
            "a",
            before == null ? List.of() : before.members());
    table = RoutingTable.build(epoch, RINGS, Tables.ROUTER, Tables.ROUTER_BITS, 0);
    EpochOrder namedAnew = new EpochOrder(1, epoch.order().number() - skipped);
    log.onEpoch(table, inTurn, inTurn || gapsAreOurs ? null : namedAnew, now);
    work();
  }

  private List<Member> members(Stream<SamplerKey> keys) {
    return keys.map(this::member).toList();
  }

  private Member member(SamplerKey key) {
    Member active = Tables.sampler(key.nodeId(), key.bits());
    return draining.contains(key) ? active.withState(Member.State.DRAINING) : active;
  }

  /** Whether clients are refused, be there anything on its way or not. */
  boolean isFull() {
    return log.roomBytes() <= 0;
  }

  EpochOrder order() {
    return epoch == null ? EpochOrder.NONE : epoch.order();
  }

  RoutingTable table() {
    if (table == null) {
      throw new IllegalStateException("no epoch yet");
    }
    return table;
  }

  /** A part of 20 random traces is accepted. */
  Part accepted(long seq, SamplerKey by) {
    return accepted(seq, by, 20);
  }

  /** Returns a released part, good for its sizes. */
  Part accepted(long seq, SamplerKey by, int spans) {
    return accepted(seq, by, spans, new Claim());
  }

  /** Returns a released part of the request with this claim. */
  Part accepted(long seq, SamplerKey by, int spans, Claim claim) {
    Part part = part(spans);
    log.accepted(part, seq, order(), by, new Request(null, claim), now);
    work();
    return part;
  }

  private Part part(int spans) {
    try {
      byte[] body = SampleRequests.of(random, spans);
      return splitter.split(body, 0, body.length, Header.EMPTY, Tables.of(1)).parts().get(0);
    } catch (MalformedWireException e) {
      throw new AssertionError(e);
    }
  }

  /** Sent pieces are accepted, with seqs from {@code seq} on. */
  void acceptSent(long seq, SamplerKey by) {
    long next = seq;
    for (Sent s : List.copyOf(sent)) {
      sent.remove(s);
      log.accepted(s.part, next++, order(), by, new Request(s.piece, s.piece.claim()), now);
    }
    work();
  }

  void mark(SamplerKey by, long seq) {
    log.heard(by, List.of(), new Mark(seq, order()));
    work();
  }

  void word(SamplerKey by, SamplerWord word) {
    log.heard(by, List.of(word), null);
    work();
  }

  void work() {
    while (log.work(now, unansweredFrom)) {
      // until there is no more to do
    }
  }

  void pass(Duration time) {
    now += time.toNanos();
    work();
  }

  List<RouterWord> saidTo(SamplerKey to) {
    return said.stream().filter(s -> s.to.equals(to)).map(Said::word).toList();
  }

  /** Memory of the log. */
  double bytes() {
    return gauge("ringtail_router_retention_bytes");
  }

  double gauge(String name) {
    return (Double) metrics.registry().gauge(name).getValue();
  }

  long count(String name) {
    return metrics.registry().counter(name).getCount();
  }

  /** Whether all buffers were given back, once what was sent is. */
  boolean isAllReleased() {
    sent.forEach(s -> s.part.release());
    return allocator.metric().usedHeapMemory() == 0;
  }
}
