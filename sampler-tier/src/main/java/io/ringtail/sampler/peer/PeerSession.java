package io.ringtail.sampler.peer;

import io.netty.channel.EventLoop;
import io.ringtail.link.Peer;
import io.ringtail.link.StreamOnLoop;
import io.ringtail.otlp.MalformedWireException;
import java.util.concurrent.TimeUnit;

/**
 * One gRPC stream to another sampler, from hello to its end; {@link Events} tell of it. Threads:
 * the link's event loop; callbacks of gRPC that come elsewhere are moved there.
 */
final class PeerSession extends StreamOnLoop<byte[], byte[]> {
  private static final long OPENING_MILLIS = 3_000;
  private static final int ANSWERS_AHEAD = 64;

  /** What happens on a session, on its event loop. */
  interface Events {
    /** The peer has welcomed us. */
    void onUp(PeerSession session);

    void onWritable(PeerSession session);

    void onAnswer(PeerSession session, PeerAnswer answer);

    /** It has ended, before or after it was up. Said once; not after {@link #cancel}. */
    void onBroken(PeerSession session, String reason);
  }

  private final PeerLinks context;
  private final Peer peer;
  private final EventLoop loop;
  private final Events events;
  private boolean welcomed;

  PeerSession(PeerLinks context, Peer peer, String address, EventLoop loop, Events events) {
    super(context.channel(address, loop), loop, PeerMethod.OPEN);
    this.context = context;
    this.peer = peer;
    this.loop = loop;
    this.events = events;
  }

  void open() {
    PeerFrame.Hello hello =
        new PeerFrame.Hello(
            PeerFields.VERSION, PeerFields.VERSION, context.self(), peer, context.nextAttempt());
    start(PeerWordCodec.encode(hello), ANSWERS_AHEAD);
    var unused = loop.schedule(this::checkOpening, OPENING_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void checkOpening() {
    if (!welcomed) {
      end("no welcome within " + OPENING_MILLIS + " ms");
    }
  }

  boolean isWritable() {
    return welcomed && isReady();
  }

  void send(byte[] word) {
    sendMessage(word);
  }

  /** Ends it without telling. */
  void cancel(String reason) {
    cut(reason);
  }

  @Override
  protected void end(String reason) {
    if (cut(reason)) {
      events.onBroken(this, reason);
    }
  }

  @Override
  protected void writable() {
    if (isWritable()) {
      events.onWritable(this);
    }
  }

  @Override
  protected void receive(byte[] message) {
    try {
      PeerFrame frame = PeerAnswerCodec.decode(message);
      if (frame instanceof PeerFrame.Welcome welcome) {
        greeted(welcome);
      } else if (frame instanceof PeerFrame.Farewell farewell) {
        end("farewell: " + farewell.reason());
      } else if (frame instanceof PeerFrame.Answer answer && welcomed) {
        events.onAnswer(this, answer.answer());
      }
    } catch (MalformedWireException e) {
      context.metrics().malformed();
      end("malformed: " + e.getMessage());
    }
  }

  private void greeted(PeerFrame.Welcome welcome) {
    boolean mine = welcome.from().incarnation().bits() == peer.incarnation().bits();
    if (welcomed || !mine || welcome.version() != PeerFields.VERSION) {
      end("unfit welcome: " + welcome);
      return;
    }
    welcomed = true;
    events.onUp(this);
  }
}
