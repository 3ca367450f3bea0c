package io.ringtail.router.forward;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Member;
import io.ringtail.link.Farewell;
import io.ringtail.link.Hello;
import io.ringtail.link.LinkMethod;
import io.ringtail.link.Peer;
import io.ringtail.link.Progress;
import io.ringtail.link.SamplerFrame;
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
 * drives the {@link Outbox} by what happens on it.
 *
 * <p>Threads: everything happens on one event loop, which is also the channel's; {@link #offer}
 * comes on any, through a queue. Parts offered within one turn of the loop leave in one message
 * (A8).
 */
final class Link implements Outlet, LinkSession.Events {
  private static final Logger log = LoggerFactory.getLogger(Link.class);
  private static final long TICK_MILLIS = 100;
  private static final long STEADY_NANOS = Duration.ofSeconds(1).toNanos();

  private final LinkContext context;
  private final Peer sampler;
  private final String address;
  private final EventLoop loop;
  private final Outbox outbox;
  private final Backoff backoff;
  private final Queue<Parcel> incoming = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private final ScheduledFuture<?> ticks;
  private @Nullable LinkSession session;
  private long upSinceNanos;
  private long failures;
  private volatile boolean up;

  /** The newest epoch does not name the receiver, or this router stops. */
  private @Nullable EpochOrder goneSince;

  private boolean stopped;

  Link(LinkContext context, Member member, EventLoop loop) {
    this.context = context;
    this.sampler = new Peer(member.nodeId(), member.incarnation());
    this.address = member.linkAddress();
    this.loop = loop;
    this.outbox =
        new Outbox(
            member.nodeId(),
            context.seqs(),
            context.rerouting(),
            context.retention(),
            context.metrics(),
            context.nanoTime());
    this.backoff = new Backoff(context.random());
    this.ticks =
        loop.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
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
        loop.execute(this::drain);
      } catch (RejectedExecutionException e) {
        takeIncoming();
        outbox.onStop(); // the loop has ended, so this thread is alone with what came after
      }
    }
  }

  Peer sampler() {
    return sampler;
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
        () -> {
          takeIncoming();
          if (!up) {
            outbox.onEpochWhileDown(epoch);
          }
        });
  }

  /** The epoch in use does not name the receiver any more (A6). */
  void onReceiverGone(EpochOrder epoch) {
    loop.execute(
        () -> {
          log.info("event=link-dropped sampler={} epoch={}", sampler, epoch);
          goneSince = epoch;
          end("epoch " + epoch + " does not name it");
          drain();
        });
  }

  /** Says farewell; what is not accepted by now is refused. */
  void stop() {
    loop.execute(
        () -> {
          stopped = true;
          takeIncoming();
          outbox.onStop();
          end("this router stops");
        });
  }

  private void end(String reason) {
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
    LinkSession opening =
        new LinkSession(context.transport().open(address, loop), loop, context.nanoTime(), this);
    session = opening;
    opening.open(
        new Hello(
            LinkMethod.VERSION,
            LinkMethod.VERSION,
            context.router().get(),
            sampler,
            context.attempts().incrementAndGet()));
  }

  private boolean isEnded() {
    return stopped || goneSince != null;
  }

  @Override
  public void onUp(LinkSession which) {
    if (which != session) {
      return;
    }
    up = true;
    upSinceNanos = context.nanoTime().getAsLong();
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
    if (frame.mark() != null) {
      context.retention().marked(sampler.nodeId(), frame.mark());
    }
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // connect() tells by onUp and onBroken
  public void onBroken(LinkSession which, String reason) {
    if (which != session) {
      return;
    }
    session = null;
    if (up) {
      up = false;
      context.metrics().brokenLinks.inc();
      outbox.onBroken();
      if (context.nanoTime().getAsLong() - upSinceNanos > STEADY_NANOS) {
        backoff.reset();
      }
    }
    if (failures++ == 0) {
      log.warn("event=link-down sampler={} address={} reason=\"{}\"", sampler, address, reason);
    }
    outbox.onEpochWhileDown(context.rerouting().inUse());
    loop.schedule(this::connect, backoff.nextMillis(), TimeUnit.MILLISECONDS);
  }

  private void drain() {
    scheduled.set(false);
    takeIncoming();
    EpochOrder gone = goneSince;
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
    while (outbox.hasWaiting() && to.isWritable()) {
      if (outbox.fill(to.writer(), context.config().maxMessageBytes())) {
        to.flush(context.metrics());
      }
    }
  }

  private void tick() {
    takeIncoming();
    outbox.onTick();
    if (!up) {
      outbox.onEpochWhileDown(context.rerouting().inUse());
    }
    LinkSession open = session;
    if (open != null && up && open.isWritable()) {
      send(open);
      open.writer().progress(new Progress(context.seqs().last(), context.oldestSeq().getAsLong()));
      open.flush(context.metrics());
    } else if (open != null) {
      open.checkOpening();
    }
  }
}
