package io.ringtail.router.forward;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Member;
import io.ringtail.link.DictionaryLimits;
import io.ringtail.link.Header;
import io.ringtail.link.LinkReader;
import io.ringtail.link.LinkReader.Frame;
import io.ringtail.link.Peer;
import io.ringtail.link.RouterWord;
import io.ringtail.link.SamplerFrame;
import io.ringtail.link.Welcome;
import io.ringtail.metrics.Metrics;
import io.ringtail.metrics.Mishaps;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.router.forward.ForwardMetrics.ResendReason;
import io.ringtail.router.route.Tables;
import io.ringtail.router.split.BatchSplitter;
import io.ringtail.router.split.HeaderTable;
import io.ringtail.router.split.Part;
import io.ringtail.router.split.SampleRequests;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** One link on a call that takes as many messages as the test says. */
class LinkTest {
  private static final Member SAMPLER = Tables.sampler("s0", 100);

  private final EmbeddedChannel loop = new EmbeddedChannel();
  private final AtomicLong now = new AtomicLong();
  private final AtomicLong held = new AtomicLong();
  private final Random random = new Random(3);
  private final FakeCall call = new FakeCall();
  private final Metrics metrics = new Metrics();
  private int failingOpens;
  private final Link link =
      new Link(
          new LinkContext(
              new ForwardConfig(Duration.ofSeconds(8), 1 << 20, 32),
              () -> new Peer(Tables.ROUTER, Tables.router().incarnation()),
              (address, eventLoop) -> opened(),
              new Seqs(),
              new AtomicLong(),
              random,
              new NoRerouting(),
              new RecordedRetention(),
              new ForwardMetrics(metrics),
              new Mishaps(
                  new ForwardMetrics(metrics).failures,
                  LoggerFactory.getLogger(LinkTest.class),
                  now::get),
              new UnsentBytes(1 << 20),
              now::get),
          SAMPLER,
          loop.eventLoop());

  @BeforeEach
  void connect() {
    link.start();
    loop.runPendingTasks();
    call.takes = 1;
    call.hear(SamplerFrame.of(welcome()));
    call.messages.clear();
  }

  private ManagedChannel opened() {
    if (failingOpens > 0) {
      failingOpens--;
      throw new IllegalStateException("told to fail");
    }
    return new FakeChannel();
  }

  private long mishaps() {
    return metrics.registry().counter("ringtail_router_forward_failures_total").getCount();
  }

  private static Welcome welcome() {
    Peer sampler = new Peer(SAMPLER.nodeId(), SAMPLER.incarnation());
    return new Welcome(1, sampler, DictionaryLimits.DEFAULT);
  }

  @AfterEach
  void nothingIsHeld() {
    link.stop();
    loop.runPendingTasks();
    assertThat(held).hasValue(0);
  }

  @Test
  void word_whileTheLinkTakesNoMoreParts_isSaidAtOnce() throws Exception {
    backlog(3);
    call.messages.clear();
    link.say(new RouterWord.Lowered(7));
    loop.runPendingTasks();
    assertThat(call.messages).containsExactly(List.of(Frame.WORD));
  }

  @Test
  void progress_whileTheLinkHasABacklog_isSaidBeforeTheNextParts() throws Exception {
    backlog(4);
    assertThat(call.messages).containsExactly(List.of(Frame.PART));
    pass(99);
    call.takeOneMore();
    pass(2);
    call.takeOneMore();
    call.takeOneMore();
    assertThat(call.messages)
        .containsExactly(
            List.of(Frame.PART),
            List.of(Frame.PART),
            List.of(Frame.PROGRESS, Frame.PART),
            List.of(Frame.PART));
  }

  @Test
  void parts_withoutAnyAnswerForTwentySeconds_goAgainOnAnotherStream() throws Exception {
    backlog(1);
    pass(20_000);
    tick();
    assertThat(link.isUp()).isTrue();
    pass(1);
    tick();
    assertThat(link.isUp()).as("the stream has ended").isFalse();

    loop.advanceTimeBy(10, TimeUnit.SECONDS);
    loop.runScheduledPendingTasks();
    call.takes = 2;
    call.messages.clear();
    call.hear(SamplerFrame.of(welcome()));
    assertThat(call.messages).containsExactly(List.of(Frame.PART));
  }

  @Test
  void parts_ofWhichOneIsAnsweredNowAndThen_staysOnItsStream() throws Exception {
    backlog(1);
    call.takeOneMore();
    backlog(1);
    pass(15_000);
    call.hear(SamplerFrame.answers(new long[] {1}, List.of(), null));
    pass(15_000);
    tick();
    assertThat(link.isUp()).isTrue();
    pass(5_001);
    tick();
    assertThat(link.isUp()).isFalse();
  }

  @Test
  void tick_thatFails_endsTheStreamAndNotTheTicks() throws Exception {
    backlog(1);
    call.fails = true;
    tick();
    assertThat(mishaps()).isEqualTo(1);
    assertThat(link.isUp()).as("half a message may be written").isFalse();

    call.fails = false;
    tick();
    call.takes = 2;
    call.messages.clear();
    call.hear(SamplerFrame.of(welcome()));
    assertThat(call.messages).as("what was sent before").containsExactly(List.of(Frame.PART));
    call.takes = 1;
    call.messages.clear();
    pass(100);
    tick();
    assertThat(call.messages).as("ticks go on").containsExactly(List.of(Frame.PROGRESS));
    assertThat(mishaps()).isEqualTo(1);
  }

  @Test
  void opening_thatFails_isTriedAgain() {
    call.fails = true;
    tick();
    failingOpens = 3;
    call.fails = false;
    call.takes = 2;
    for (int i = 0; i < 20; i++) {
      tick();
    }
    call.hear(SamplerFrame.of(welcome()));
    assertThat(link.isUp()).isTrue();
    assertThat(failingOpens).isZero();
    assertThat(mishaps()).isEqualTo(1 + 3);
  }

  /** Protocol L2: it may live, and ask. */
  @Test
  void sampler_lost_isSaidWordsForFiveMinutes() throws Exception {
    link.onReceiverGone(new EpochOrder(1, 2), true);
    loop.runPendingTasks();
    pass(Duration.ofMinutes(5).toMillis());
    tick();
    link.say(new RouterWord.Lowered(7));
    loop.runPendingTasks();
    assertThat(call.messages).containsExactly(List.of(Frame.WORD));
    assertThat(link.isOver()).isFalse();
    pass(1);
    tick();
    assertThat(link.isOver()).isTrue();
  }

  @Test
  void sampler_thatLeftInOrder_isSaidFarewell() {
    link.onReceiverGone(new EpochOrder(1, 2), false);
    loop.runPendingTasks();
    assertThat(call.messages).containsExactly(List.of(Frame.FAREWELL));
    assertThat(link.isOver()).isTrue();
  }

  private void tick() {
    loop.advanceTimeBy(100, TimeUnit.MILLISECONDS);
    loop.runScheduledPendingTasks();
  }

  /** Time as messages see it; ticks of the loop come on their own. */
  private void pass(long millis) {
    now.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  private void backlog(int parts) throws Exception {
    for (int i = 0; i < parts; i++) {
      byte[] body = SampleRequests.of(random, 5);
      Part part =
          new BatchSplitter(HeaderTable.ofDefaultSize(), UnpooledByteBufAllocator.DEFAULT)
              .split(body, 0, body.length, Header.EMPTY, Tables.of(1))
              .parts()
              .get(0);
      PendingRequest request =
          new PendingRequest(new Answer(), Long.MAX_VALUE, 1, 0, () -> () -> {});
      link.offer(new Parcel(part, request, new EpochOrder(1, 1), held));
    }
    loop.runPendingTasks();
  }

  private static final class NoRerouting implements Rerouting {
    @Override
    public void reroute(Parcel parcel, EpochOrder atLeast, long waitNanos, ResendReason reason) {
      throw new AssertionError(reason);
    }

    @Override
    public EpochOrder inUse() {
      return new EpochOrder(1, 1);
    }
  }

  private final class FakeChannel extends ManagedChannel {
    @Override
    @SuppressWarnings("unchecked") // links open only one kind of call
    public <I, O> ClientCall<I, O> newCall(MethodDescriptor<I, O> method, CallOptions options) {
      return (ClientCall<I, O>) call;
    }

    @Override
    public String authority() {
      return "";
    }

    @Override
    public ManagedChannel shutdown() {
      return this;
    }

    @Override
    public boolean isShutdown() {
      return false;
    }

    @Override
    public boolean isTerminated() {
      return false;
    }

    @Override
    public ManagedChannel shutdownNow() {
      return this;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return true;
    }
  }

  private static final class FakeCall extends ClientCall<InputStream, SamplerFrame> {
    private final List<List<Frame>> messages = new ArrayList<>();
    private final LinkReader reader = new LinkReader(DictionaryLimits.DEFAULT);
    private @Nullable Listener<SamplerFrame> listener;
    private int takes;
    private boolean fails;

    void hear(SamplerFrame frame) {
      listener().onMessage(frame);
    }

    void takeOneMore() {
      takes = 1;
      listener().onReady();
    }

    private Listener<SamplerFrame> listener() {
      if (listener == null) {
        throw new IllegalStateException("not started");
      }
      return listener;
    }

    @Override
    public void start(Listener<SamplerFrame> to, Metadata headers) {
      listener = to;
    }

    @Override
    public boolean isReady() {
      if (fails) {
        throw new IllegalStateException("told to fail");
      }
      return takes > 0;
    }

    @Override
    public void sendMessage(InputStream message) {
      takes--;
      try {
        byte[] bytes = message.readAllBytes();
        reader.reset(bytes, 0, bytes.length);
        List<Frame> frames = new ArrayList<>();
        for (Frame f = reader.next(); f != Frame.END; f = reader.next()) {
          frames.add(f);
        }
        messages.add(frames);
      } catch (IOException | MalformedWireException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void request(int count) {}

    @Override
    public void cancel(@Nullable String message, @Nullable Throwable cause) {}

    @Override
    public void halfClose() {}
  }
}
