package io.ringtail.sampler.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.opentelemetry.proto.trace.v1.Span;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.config.ConfigFile;
import io.ringtail.link.Peer;
import io.ringtail.metrics.Metrics;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.refusal.Refusal;
import io.ringtail.ring.SlotSet;
import io.ringtail.rules.Rules;
import io.ringtail.sampler.account.SamplerMetrics;
import io.ringtail.sampler.gather.Arrival;
import io.ringtail.sampler.gather.ShardBatch;
import io.ringtail.sampler.peer.PeerAnswer;
import io.ringtail.sampler.peer.PeerWord;
import io.ringtail.sampler.peer.Peers;
import io.ringtail.sampler.policy.TailSamplingConfig;
import io.ringtail.sampler.store.ShardConfig;
import io.ringtail.sampler.store.ShardMemory;
import io.ringtail.sampler.store.SlotView;
import io.ringtail.trace.TraceHash;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The shards of several samplers, with links between them that deliver when the test says so, under
 * one clock. Epochs are numbers; whose the slots are is told to each sampler by the test.
 */
final class Samplers {
  /** Tables take long to build; the same few are used again and again. */
  private static final Map<List<String>, SlotView> VIEWS = new HashMap<>();

  private static final Peer ROUTER = Views.peer("router");

  private final String sampler;
  private final String tail;
  private final Map<String, One> all = new LinkedHashMap<>();
  private long nanos = 5_000_000_000L;
  private long seq;

  Samplers(String sampler, String tail) {
    this.sampler = sampler;
    this.tail = tail;
  }

  /** What {@code self} sees in an epoch of some samplers, its heirs built. */
  static SlotView view(long number, String self, String... owners) {
    SlotView known = VIEWS.computeIfAbsent(List.of(owners), o -> Views.of(1, "", owners));
    return new SlotView(
        new EpochOrder(1, number),
        known.table(),
        known.owners(),
        known.table().indexOf(self).orElse(-2),
        known.heirs(),
        SlotSet.NONE);
  }

  /** One trace of transfers makes no sense: when it is read, or only when it is merged. */
  static final class Damage {
    private static final byte TRACE_ID_TAG = 0xa;
    private static final byte NO_TAG = 0xf;

    private final byte[] id;
    private final boolean merging;
    private int times;

    Damage(long trace, boolean merging, int times) {
      this.id =
          ByteBuffer.allocate(18)
              .put(TRACE_ID_TAG)
              .put((byte) 16)
              .putLong(7)
              .putLong(trace)
              .array();
      this.merging = merging;
      this.times = times;
    }

    void apply(ByteBuf entries, boolean isRead) {
      int at = ByteBufUtil.indexOf(Unpooled.wrappedBuffer(id), entries);
      if (isRead == merging && at >= 0 && times > 0) {
        times--;
        entries.setByte(at, NO_TAG);
      }
    }
  }

  One add(String nodeId) {
    One one = new One(nodeId);
    all.put(nodeId, one);
    return one;
  }

  /** One sampler. */
  final class One implements Peers {
    final String nodeId;
    final Peer peer;
    final FakeExports exports = new FakeExports();
    final ShardSet set;
    final Set<Peer> cut = new HashSet<>();
    final Queue<Sent> sent = new ArrayDeque<>();
    final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
    boolean lease = true;
    boolean full;

    /** What happens to transfers that come here. */
    @Nullable Damage damage;

    boolean unreadable;

    /** Whether it answers no transfer. */
    boolean mute;

    int transfers;
    SlotView view = SlotView.NONE;

    record Sent(Peer to, PeerWord word) {}

    One(String nodeId) {
      this.nodeId = nodeId;
      this.peer = Views.peer(nodeId);
      ConfigFile shards = ConfigFile.read("shards.yaml", sampler, name -> null);
      ConfigFile sampling = ConfigFile.read("tail.yaml", tail, name -> null);
      set =
          new ShardSet(
              ShardConfig.read(shards.root()),
              TailSamplingConfig.read(sampling.root()),
              exports,
              new Metrics(),
              ShardMemory.unlimited(allocator),
              allocator,
              () -> nanos,
              this,
              now -> lease,
              Rules.ALL);
    }

    @Override
    public boolean send(Peer to, PeerWord word) {
      if (!cut.contains(to)) {
        transfers += word instanceof PeerWord.Transfer ? 1 : 0;
        return sent.add(new Sent(to, word));
      }
      release(word);
      return false;
    }

    /** The epoch of that number is in use here, in which these own the slots. */
    void epoch(long number, String... owners) {
      view = Samplers.view(number, nodeId, owners);
      set.slots(view);
    }

    /** Nothing is decided about any slot. */
    void hold() {
      view = view.withHeld(SlotSet.ALL);
      set.slots(view);
    }

    void unhold() {
      view = view.withHeld(SlotSet.NONE);
      set.slots(view);
    }

    boolean owns(long trace) {
      return view.owns(TraceHash.slot(7, trace));
    }

    void take(Span.Builder... spans) {
      List<byte[]> encoded = Stream.of(spans).map(s -> s.build().toByteArray()).toList();
      ShardBatch batch = Spans.batch(Spans.GROUP, encoded);
      int shard = set.shardOfSlot(TraceHash.slot(7, traceOf(spans[0])));
      assertThat(
              set.offer(
                  List.of(
                      new ShardBatch(
                          shard,
                          batch.message(),
                          0,
                          ++seq,
                          0,
                          false,
                          0,
                          batch.groups(),
                          batch.spans(),
                          batch.spanCount(),
                          batch.spanBytes()))))
          .isNull();
      work();
    }

    /** A span that came as the router's first comes once more, from its log. */
    void replay(Span.Builder span) {
      replay(span, 1);
    }

    /** A span comes once more, from the log of the router it first came by as that seq. */
    void replay(Span.Builder span, long firstSeq) {
      ShardBatch batch = Spans.batch(Spans.GROUP, List.of(span.build().toByteArray()));
      int shard = set.shardOfSlot(TraceHash.slot(7, traceOf(span)));
      ShardBatch replayed =
          new ShardBatch(
              shard,
              batch.message(),
              set.routers().keyOf(ROUTER),
              ++seq,
              firstSeq,
              true,
              0,
              batch.groups(),
              batch.spans(),
              batch.spanCount(),
              batch.spanBytes());
      assertThat(set.offer(List.of(replayed))).isNull();
      work();
    }

    /** The router has nothing more on its way, and its log begins there. */
    void progress(long oldestSeq) {
      set.onProgress(set.routers().keyOf(ROUTER), seq, oldestSeq);
      work();
    }

    long mark() {
      return set.mark(set.routers().keyOf(ROUTER));
    }

    /** Routers have nothing in their logs any more. */
    void logsAreEmpty() {
      progress(seq + 1);
    }

    private long traceOf(Span.Builder span) {
      return span.getTraceId().asReadOnlyByteBuffer().getLong(8);
    }

    void work() {
      for (Shard shard : set.all()) {
        for (int i = 0; i < 10_000 && shard.doWork() > 0; i++) {}
      }
    }

    /** The link to another sampler breaks: what was not delivered is lost. */
    void cut(One other) {
      cut.add(other.peer);
      sent.removeIf(
          s -> {
            boolean lost = s.to().equals(other.peer);
            if (lost) {
              Samplers.release(s.word());
            }
            return lost;
          });
      set.peers().onPeerDown(other.peer);
      work();
    }

    void mend(One other) {
      cut.remove(other.peer);
      set.peers().onPeerWritable(other.peer);
      work();
    }

    /** Spans of each trace it has exported, by ID. */
    Map<Long, List<Span>> exported() {
      return exports.taken.stream()
          .collect(
              Collectors.groupingBy(
                  FakeExports.Exported::traceIdLo,
                  Collectors.flatMapping(e -> e.spans().stream(), Collectors.toList())));
    }

    void assertAccounted() {
      SamplerMetrics metrics = set.metrics();
      long held = set.all().stream().mapToLong(s -> s.published().heldSpans()).sum();
      assertThat(metrics.acceptedSpans()).isEqualTo(metrics.departedSpans() + held);
    }
  }

  private static void release(PeerWord word) {
    if (word instanceof PeerWord.Transfer transfer) {
      transfer.entries().release();
    } else if (word instanceof PeerWord.Notice notice) {
      notice.decisions().release();
    }
  }

  /** Of the part that came last. */
  long lastSeq() {
    return seq;
  }

  /** The router all spans come by has a name, so that others can be told what came of it. */
  void nameRouter() {
    all.values().forEach(one -> assertThat(one.set.routers().keyOf(ROUTER)).isZero());
  }

  /** Delivers what is on the links, once; answers come at once. */
  int deliver() {
    int delivered = 0;
    for (One from : List.copyOf(all.values())) {
      Queue<One.Sent> words = new ArrayDeque<>(from.sent);
      from.sent.clear();
      for (One.Sent s : words) {
        deliver(from, s);
        delivered++;
      }
    }
    return delivered;
  }

  private void deliver(One from, One.Sent s) {
    One to = all.values().stream().filter(o -> o.peer.equals(s.to())).findFirst().orElseThrow();
    if (s.word() instanceof PeerWord.Transfer transfer) {
      transfer(from, to, transfer);
    } else if (s.word() instanceof PeerWord.Notice notice) {
      try {
        to.set
            .peers()
            .takeNotice(
                from.peer,
                notice.id(),
                notice.decisions(),
                outcome -> {
                  if (outcome instanceof NoticeOutcome.Stored) {
                    from.set.peers().onNoticeTaken(to.peer, notice.id());
                  } else if (outcome instanceof NoticeOutcome.NotOwner notOwner) {
                    from.set.peers().onNoticeNotOwner(to.peer, notice.id(), notOwner.epoch());
                  }
                });
      } catch (MalformedWireException e) {
        throw new AssertionError(e);
      }
    } else if (s.word() instanceof PeerWord.Settled settled) {
      to.set.peers().onSettled(from.peer, settled.noticeIds());
    }
  }

  /** What intake and keeper do with a transfer. */
  void transfer(One from, One to, PeerWord.Transfer word) {
    long id = word.id();
    Consumer<PeerAnswer> way = answer -> answer(from, to, answer, id);
    ReceivedTransfer transfer;
    if (to.unreadable) {
      word.entries().release();
      way.accept(new PeerAnswer.TransferUnfit(id, List.of()));
      return;
    }
    ByteBuf copy = word.entries().copy(); // the sender's stay as they are
    word.entries().release();
    Damage damage = to.damage;
    try {
      if (damage != null) {
        damage.apply(copy, false);
      }
      transfer = ReceivedTransfer.read(copy, to.set.routers());
      if (damage != null) {
        damage.apply(copy, true);
      }
    } catch (MalformedWireException e) {
      throw new AssertionError(e);
    }
    if (!transfer.allSlots(to.view::owns)) {
      way.accept(new PeerAnswer.TransferNotOwner(id, to.view.order()));
    } else {
      Refusal refusal =
          to.full
              ? new Refusal.NotReady("full", Duration.ZERO)
              : to.set.peers().takeTransfer(transfer, outcome -> way.accept(answer(id, outcome)));
      if (refusal != null) {
        way.accept(new PeerAnswer.TransferFull(id));
      }
    }
    transfer.release();
  }

  private static PeerAnswer answer(long id, Arrival.Outcome outcome) {
    if (outcome.wantsMemory()) {
      return new PeerAnswer.TransferFull(id);
    }
    return outcome.unfit().isEmpty()
        ? new PeerAnswer.TransferTaken(id)
        : new PeerAnswer.TransferUnfit(id, outcome.unfit());
  }

  private static void answer(One from, One to, PeerAnswer answer, long id) {
    if (!to.mute) {
      from.set.peers().onTransferAnswer(answer, id);
    }
  }

  void work() {
    all.values().forEach(One::work);
  }

  /** Works and delivers until all is quiet, without the clock going on. */
  void settle() {
    work();
    for (int i = 0; i < 1000 && deliver() > 0; i++) {
      work();
    }
    work();
  }

  /** Nothing happens for so many days. */
  void skipDays(int days) {
    for (int day = 0; day < days; day++) {
      nanos += TimeUnit.DAYS.toNanos(1);
      settle();
    }
  }

  /** All stand still for so long. */
  void skipMillis(long millis) {
    nanos += TimeUnit.MILLISECONDS.toNanos(millis);
    settle();
  }

  /** The clock goes on by some milliseconds, everything being delivered at once. */
  void advance(long millis) {
    for (long done = 0; done < millis; done += 25) {
      nanos += 25_000_000;
      settle();
    }
  }

  /** Everything has gone where it belongs. */
  void assertNothingForeign() {
    for (One one : all.values()) {
      assertThat(one.set.foreign().oldestLost()).as(one.nodeId).isNull();
      assertThat(one.set.foreign().processed()).as(one.nodeId).isEqualTo(one.view.order());
    }
  }

  Collection<One> all() {
    return all.values();
  }

  void close() throws InterruptedException {
    for (One one : all.values()) {
      one.assertAccounted();
      one.sent.forEach(s -> release(s.word()));
      one.set.close();
      one.assertAccounted();
      assertThat(one.set.heldSpans()).isZero();
      assertThat(one.allocator.metric().usedHeapMemory()).as(one.nodeId).isZero();
    }
  }
}
