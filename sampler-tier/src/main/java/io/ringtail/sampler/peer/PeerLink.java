package io.ringtail.sampler.peer;

import io.netty.channel.EventLoop;
import io.ringtail.link.Peer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stream to one sampler incarnation, opened again whenever it ends. Words are taken while it is
 * up or first being opened, up to so many bytes, and never by a stream other than the one they were
 * taken for: when that ends they are gone and {@code onDown} is told, before anything is taken for
 * the next.
 *
 * <p>Threads: {@link #offer} any; everything else on one event loop. What is queued is guarded by
 * this object's monitor.
 */
final class PeerLink implements PeerSession.Events {
  private static final Logger log = LoggerFactory.getLogger(PeerLink.class);
  private static final long FIRST_BACKOFF_MILLIS = 50;
  private static final long MAX_BACKOFF_MILLIS = 1_000;

  private final PeerLinks context;
  private final Peer peer;
  private final String address;
  private final EventLoop loop;

  /** Encoded; with {@link #bytes}, {@link #taking} and {@link #refused} under the monitor. */
  private final Queue<byte[]> queue = new ArrayDeque<>();

  private long bytes;
  private boolean taking = true;
  private boolean refused;
  private boolean scheduled;

  private @Nullable PeerSession session;
  private boolean up;
  private boolean ended;
  private long failures;
  private long backoffMillis;

  PeerLink(PeerLinks context, Peer peer, String address, EventLoop loop) {
    this.context = context;
    this.peer = peer;
    this.address = address;
    this.loop = loop;
  }

  void start() {
    onLoop(this::connect);
  }

  /**
   * @param word encoded
   * @return false if it is down or full
   */
  boolean offer(byte[] word) {
    boolean wake;
    synchronized (this) {
      if (!taking || (bytes > 0 && bytes + word.length > context.maxQueuedBytes())) {
        refused = true;
        return false;
      }
      queue.add(word);
      bytes += word.length;
      wake = !scheduled;
      scheduled = true;
    }
    if (wake) {
      onLoop(this::drain);
    }
    return true;
  }

  /** The peer is gone, or this node is another incarnation now; {@code onDown} is told. */
  void end(String reason) {
    onLoop(
        () -> {
          if (ended) {
            return;
          }
          ended = true;
          PeerSession open = session;
          session = null;
          if (open != null) {
            open.cancel(reason);
          }
          down();
        });
  }

  private void connect() {
    if (ended || session != null) {
      return;
    }
    session = new PeerSession(context, peer, address, loop, this);
    session.open();
  }

  @Override
  public void onUp(PeerSession which) {
    if (which != session) {
      return;
    }
    log.info("event=peer-up peer={} address={} failures={}", peer, address, failures);
    up = true;
    failures = 0;
    backoffMillis = 0;
    boolean wanted;
    synchronized (this) {
      wanted = refused || !taking;
      taking = true;
      refused = false;
    }
    drain();
    if (wanted) {
      context.events().onWritable(peer);
    }
  }

  @Override
  public void onWritable(PeerSession which) {
    if (which == session && up) {
      drain();
    }
  }

  @Override
  public void onAnswer(PeerSession which, PeerAnswer answer) {
    if (which == session) {
      context.events().onAnswer(peer, answer);
    }
  }

  @Override
  public void onBroken(PeerSession which, String reason) {
    if (which != session) {
      return;
    }
    session = null;
    if (failures++ == 0) {
      log.warn("event=peer-down peer={} address={} reason=\"{}\"", peer, address, reason);
    }
    down();
    backoffMillis = Math.min(MAX_BACKOFF_MILLIS, Math.max(FIRST_BACKOFF_MILLIS, 2 * backoffMillis));
    var unused = loop.schedule(this::connect, backoffMillis, TimeUnit.MILLISECONDS);
  }

  private void down() {
    boolean had = up;
    up = false;
    synchronized (this) {
      had |= taking; // while opening, words were taken
      taking = false;
      queue.clear();
      bytes = 0;
    }
    if (had) {
      context.events().onDown(peer);
    }
  }

  private void drain() {
    PeerSession to = session;
    boolean room = false;
    synchronized (this) {
      scheduled = false;
    }
    while (to != null && up && to.isWritable()) {
      byte[] next;
      synchronized (this) {
        next = queue.poll();
        if (next == null) {
          break;
        }
        bytes -= next.length;
        room |= refused && bytes <= context.maxQueuedBytes() / 2;
        refused &= !room;
      }
      context.metrics().sent(next.length);
      to.send(next);
    }
    if (room) {
      context.events().onWritable(peer);
    }
  }

  private void onLoop(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException e) {
      log.debug("event=peer-after-stop peer={}", peer);
    }
  }
}
