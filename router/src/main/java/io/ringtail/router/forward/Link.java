package io.ringtail.router.forward;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Member;
import io.ringtail.link.Farewell;
import io.ringtail.link.Hello;
import io.ringtail.link.LinkMethod;
import io.ringtail.link.Peer;
import io.ringtail.link.RouterWord;
import io.ringtail.link.SamplerFrame;
import io.ringtail.refusal.Refusal;
import io.ringtail.router.retain.SamplerKey;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The link to one sampler incarnation: opens a {@link LinkSession}, again whenever it ends, and
 * drives the {@link Outbox} and the {@link LinkWords} by what happens on it, as the sampler's
 * {@link Standing} has it.
 *
 * <p>Threads: everything happens on one event loop, which is also the channel's; {@link #offer} and
 * {@link #say} come on any, through queues. Parts offered within one turn of the loop leave in one
 * message (A8). Longer than most classes: it is all that may happen to a link, a few lines for
 * each.
 */
final class Link implements Outlet, LinkSession.Events {
  private static final Logger log = LoggerFactory.getLogger(Link.class);
  static final long TICK_MILLIS = 100;
  private static final long STEADY_NANOS = Duration.ofSeconds(1).toNanos();

  /** As long without any answer and a stream ends: requests have long failed, replays have not. */
  private static final Duration SILENT = Duration.ofSeconds(20);

  /** As long may a lost sampler ask. */
  private static final Duration LOST = Duration.ofMinutes(5);

  private final LinkContext context;
  private final Peer sampler;
  private final SamplerKey key;
  private final String address;
  private final EventLoop loop;
  private final Outbox outbox;
  private final LinkWords words;
  private final Backoff backoff;
  private final Queue<Parcel> incoming = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private final ScheduledFuture<?> ticks;
  private @Nullable LinkSession session;
  private long upSinceNanos;
  private long failures;
  private volatile boolean up;
  private Standing standing = new Standing.Named();
  private boolean stopped;
  private volatile boolean over;

  Link(LinkContext context, Member member, EventLoop loop) {
    this.context = context;
    this.sampler = new Peer(member.nodeId(), member.incarnation());
    this.key = SamplerKey.of(member);
    this.address = member.linkAddress();
    this.loop = loop;
    this.outbox =
        new Outbox(
            key,
            context.seqs(),
            context.rerouting(),
            context.retention(),
            context.metrics(),
            context.nanoTime());
    this.words = new LinkWords(context);
    this.backoff = new Backoff(context.random());
    context.unsent().linkAdded();
    this.ticks =
        loop.scheduleWithFixedDelay(
            () -> run(this::tick), TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  /**
   * What fails may have left a message half written, so its stream ends; what was sent on it goes
   * again on the next.
   */
  private void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) { // thrown on, it would end the ticks
      failed("work", e);
    }
  }

  private void failed(String where, Throwable e) {
    context.mishaps().happened("event=link-failed where=" + where + " sampler=" + sampler, e);
    LinkSession open = session;
    try {
      if (open != null) {
        open.end("failed: " + e);
      }
    } catch (RuntimeException | Error more) {
      context.mishaps().happened("event=link-failed where=end sampler=" + sampler, more);
    }
  }

  /** Begins to connect. */
  void start() {
    loop.execute(this::connect);
  }

  @Override
  public void offer(Parcel parcel) {
    incoming.add(parcel);
    if (scheduled.compareAndSet(false, true)) {
      try {
        loop.execute(() -> run(this::drain));
      } catch (RejectedExecutionException e) {
        takeIncoming();
        outbox.onStop(); // the loop has ended, so this thread is alone with what came after
      }
    }
  }

  @Override
  public @Nullable Refusal full(long nowNanos) {
    return outbox.full(nowNanos);
  }

  /** Says a word; it is lost if the link is down. */
  void say(RouterWord word) {
    words.add(word);
    try {
      loop.execute(() -> run(this::sendWords));
    } catch (RejectedExecutionException e) {
      words.clear(); // the loop has ended
    }
  }

  private void sendWords() {
    LinkSession to = session;
    if (to == null || !up) {
      words.clear();
    } else if (words.write(to.writer())) {
      to.flush(context.metrics());
    }
  }

  SamplerKey key() {
    return key;
  }

  boolean isUp() {
    return up;
  }

  long oldestSeq() {
    return outbox.oldestSeq();
  }

  /** A newer epoch that names the receiver is in use. */
  void onEpoch(EpochOrder epoch) {
    loop.execute(
        () ->
            run(
                () -> {
                  takeIncoming();
                  if (!up) {
                    outbox.onEpochWhileDown(epoch);
                  }
                }));
  }

  /**
   * The epoch in use does not name the receiver any more (A6): its parts go elsewhere, and answers
   * to them are not waited for.
   *
   * @param lost whether it left without a word, and may still have one to say
   */
  void onReceiverGone(EpochOrder epoch, boolean lost) {
    loop.execute(
        () -> {
          log.info("event=link-dropped sampler={} epoch={} lost={}", sampler, epoch, lost);
          standing =
              lost
                  ? new Standing.Lost(epoch, context.nanoTime().getAsLong())
                  : new Standing.Gone(epoch);
          run(this::drain);
          if (!lost) {
            end("epoch " + epoch + " does not name it");
          }
          context.retention().linkEnded(epoch);
        });
  }

  /** Says farewell; what is not accepted by now is refused. */
  void stop() {
    loop.execute(
        () -> {
          stopped = true;
          run(this::drain);
          end("this router stops");
        });
  }

  private void end(String reason) {
    if (!over) {
      context.unsent().linkRemoved();
    }
    over = true;
    ticks.cancel(false);
    up = false;
    LinkSession open = session;
    session = null;
    if (open != null) {
      open.close(new Farewell(Farewell.Reason.STOPPING, reason));
    }
  }

  private void connect() {
    if (isEnded() || session != null) {
      return;
    }
    try {
      open();
    } catch (RuntimeException | Error e) {
      if (session == null) {
        connectLater();
      }
      failed("open", e);
    }
  }

  private void open() {
    LinkSession opening =
        new LinkSession(
            context.transport().open(address, loop),
            loop,
            context.nanoTime(),
            context.unsent(),
            this);
    session = opening;
    opening.open(
        new Hello(
            LinkMethod.VERSION,
            LinkMethod.VERSION,
            context.router().get(),
            sampler,
            context.attempts().incrementAndGet()));
  }

  @SuppressWarnings("FutureReturnValueIgnored") // connect() tells by onUp and onBroken
  private void connectLater() {
    loop.schedule(this::connect, backoff.nextMillis(), TimeUnit.MILLISECONDS);
  }

  /** Whether nothing will happen on it any more. Threads: any. */
  boolean isOver() {
    return over;
  }

  private boolean isEnded() {
    return stopped || standing instanceof Standing.Gone;
  }

  @Override
  public void onUp(LinkSession which) {
    if (which != session) {
      return;
    }
    up = true;
    upSinceNanos = context.nanoTime().getAsLong();
    words.onUp();
    log.info("event=link-up sampler={} address={} failures={}", sampler, address, failures);
    failures = 0;
    send(which);
  }

  @Override
  public void onWritable(LinkSession which) {
    if (which == session && up) {
      send(which);
    }
  }

  @Override
  public void onFrame(LinkSession which, SamplerFrame frame) {
    if (which != session) {
      return;
    }
    outbox.onAnswers(frame);
    if (frame.mark() != null || !frame.words().isEmpty()) {
      context.retention().heard(key, frame.words(), frame.mark());
    }
  }

  @Override
  public void onBroken(LinkSession which, String reason) {
    if (which != session) {
      return;
    }
    session = null;
    words.clear();
    if (up) {
      up = false;
      context.metrics().brokenLinks.inc();
      outbox.onBroken();
      if (context.nanoTime().getAsLong() - upSinceNanos > STEADY_NANOS) {
        backoff.reset();
      }
    }
    if (standing instanceof Standing.Lost lost && which.isNotMe()) {
      forget(lost, "another has its address");
      return;
    }
    if (failures++ == 0) {
      log.warn("event=link-down sampler={} address={} reason=\"{}\"", sampler, address, reason);
    }
    connectLater(); // first, as all below may fail
    drain();
    if (standing instanceof Standing.Named) {
      outbox.onEpochWhileDown(context.rerouting().inUse());
    }
  }

  private void drain() {
    scheduled.set(false);
    takeIncoming();
    EpochOrder gone = standing.goneSince();
    if (stopped) {
      outbox.onStop();
    } else if (gone != null) {
      outbox.onReceiverGone(gone);
    } else if (session != null && up) {
      send(session);
    }
  }

  private void takeIncoming() {
    for (Parcel p = incoming.poll(); p != null; p = incoming.poll()) {
      outbox.add(p);
    }
  }

  private void send(LinkSession to) {
    UnsentBytes unsent = context.unsent();
    while (outbox.hasWaiting() && to.isWritable() && unsent.hasRoom()) {
      words.write(to.writer());
      words.writeProgressIfDue(to.writer());
      if (outbox.fill(to.writer(), unsent.messageBytes(context.config().maxMessageBytes()))) {
        to.flush(context.metrics());
      }
    }
  }

  private void tick() {
    if (standing instanceof Standing.Lost lost) {
      tickOfLost(lost);
    } else if (standing instanceof Standing.Named) {
      tickOfNamed();
    }
  }

  private void tickOfNamed() {
    takeIncoming();
    outbox.onTick();
    if (!up) {
      outbox.onEpochWhileDown(context.rerouting().inUse());
    }
    LinkSession open = session;
    if (open != null && up && outbox.silentNanos() > silentNanos()) {
      open.end("no answer to any part for " + outbox.silentNanos() / 1_000_000 + " ms");
    } else if (open != null && up) {
      send(open);
      words.write(open.writer());
      if (open.isWritable()) {
        words.writeProgress(open.writer());
      }
      if (!open.writer().isEmpty()) {
        open.flush(context.metrics());
      }
    } else if (open != null) {
      open.checkOpening();
    }
  }

  /**
   * The receiver's host answers pings as long as its event loops live. Parts that nobody there
   * answers go again on another stream, as after any break, and what waits may go elsewhere.
   */
  private long silentNanos() {
    return Math.max(SILENT.toNanos(), 2 * context.config().timeout().toNanos());
  }

  private void tickOfLost(Standing.Lost lost) {
    LinkSession open = session;
    if (context.nanoTime().getAsLong() - lost.sinceNanos() > LOST.toNanos()) {
      forget(lost, "it has been lost for " + LOST.toMinutes() + " minutes");
    } else if (open != null && up) {
      sendWords();
    } else if (open != null) {
      open.checkOpening();
    }
  }

  private void forget(Standing.Lost lost, String reason) {
    end(reason);
    standing = new Standing.Gone(lost.since());
  }
}
