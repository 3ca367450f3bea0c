package io.ringtail.sampler.peer;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.ringtail.link.Peer;
import io.ringtail.otlp.MalformedWireException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The answering end of a stream that another sampler opened. A transfer that no floors stand before
 * (protocol H3) is sent back: its sender has not heard yet that the stream is a new one.
 *
 * <p>Notices lie in the queues of all shards until these have stored them, which no budget counts.
 * So from {@value #MOST_UNANSWERED_BYTES} bytes of them on nothing is asked for, until some are
 * answered: HTTP/2 then stops the sender. Transfers have room reserved for them or are sent back.
 *
 * <p>Threads: gRPC's event loop; answers come from any. All take this object's monitor, but words
 * are told outside of it.
 */
final class PeerInbound extends ServerCall.Listener<byte[]> implements Peers.Answers {
  private static final Logger log = LoggerFactory.getLogger(PeerInbound.class);

  /** Of notices; some seconds of those that all samplers together take for one heir. */
  static final int MOST_UNANSWERED_BYTES = 256 << 10;

  private final PeerLinks context;
  private final ServerCall<byte[], byte[]> call;
  private @Nullable Peer from;
  private long attempt;
  private boolean floors;
  private int unansweredBytes;

  /** The next message has not been asked for. */
  private boolean pausing;

  private boolean closed;

  PeerInbound(PeerLinks context, ServerCall<byte[], byte[]> call) {
    this.context = context;
    this.call = call;
    call.sendHeaders(new Metadata());
    call.request(1);
  }

  long attempt() {
    return attempt;
  }

  @Override
  public void onMessage(byte[] message) {
    try {
      PeerFrame frame = PeerWordCodec.decode(message);
      Peer sender = from;
      if (frame instanceof PeerFrame.Hello hello) {
        greet(hello);
      } else if (frame instanceof PeerFrame.Word word && sender != null) {
        context.metrics().received(message.length);
        take(sender, word.word(), message.length);
      } else if (sender == null) {
        throw new MalformedWireException("a word before the hello");
      }
    } catch (MalformedWireException e) {
      log.warn("event=peer-malformed peer={} reason=\"{}\"", from, e.getMessage());
      context.metrics().malformed();
      farewell("malformed: " + e.getMessage());
    }
    synchronized (this) {
      pausing = unansweredBytes >= MOST_UNANSWERED_BYTES;
      if (!closed && !pausing) {
        call.request(1);
      }
    }
  }

  private void take(Peer sender, PeerWord word, int bytes) {
    if (isClosed()) {
      return; // fenced: who took over says it again; the buffer is a part of an array
    }
    if (word instanceof PeerWord.Transfer transfer && !floors) {
      send(new PeerAnswer.TransferFull(transfer.id()));
      return;
    }
    floors = word instanceof PeerWord.Floors || (floors && !(word instanceof PeerWord.FloorsEnd));
    context.events().onWord(sender, word, word instanceof PeerWord.Notice ? held(bytes) : this);
  }

  /** The way back of a notice, which counts until there is an answer. */
  private synchronized Peers.Answers held(int bytes) {
    unansweredBytes += bytes;
    return new NoticeAnswers(bytes);
  }

  private final class NoticeAnswers implements Peers.Answers {
    private int bytes;

    NoticeAnswers(int bytes) {
      this.bytes = bytes;
    }

    @Override
    public void send(PeerAnswer answer) {
      PeerInbound.this.send(answer);
      none();
    }

    @Override
    public void none() {
      synchronized (PeerInbound.this) {
        unansweredBytes -= bytes;
        bytes = 0;
        if (pausing && unansweredBytes < MOST_UNANSWERED_BYTES) {
          pausing = false;
          if (!closed) {
            call.request(1);
          }
        }
      }
    }
  }

  private void greet(PeerFrame.Hello hello) throws MalformedWireException {
    if (from != null) {
      throw new MalformedWireException("a second hello");
    }
    Peer self = context.self();
    if (hello.minVersion() > PeerFields.VERSION || hello.maxVersion() < PeerFields.VERSION) {
      farewell(
          "versions %d to %d (expected %d among them)"
              .formatted(hello.minVersion(), hello.maxVersion(), PeerFields.VERSION));
      return;
    }
    if (hello.to().incarnation().bits() != self.incarnation().bits()) {
      farewell("meant for " + hello.to() + ", this is " + self);
      return;
    }
    attempt = hello.attempt();
    from = hello.from();
    if (!context.opened(this, hello.from())) {
      farewell("attempt " + attempt + " is older than the open stream's");
      return;
    }
    reply(PeerAnswerCodec.encode(new PeerFrame.Welcome(PeerFields.VERSION, self)));
  }

  @Override
  public void send(PeerAnswer answer) {
    reply(PeerAnswerCodec.encode(answer));
  }

  private synchronized void reply(byte[] message) {
    if (!closed) {
      call.sendMessage(message);
    }
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  void farewell(String reason) {
    reply(PeerAnswerCodec.encode(new PeerFrame.Farewell(reason)));
    close();
  }

  private void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      call.close(Status.OK, new Metadata());
    }
    gone();
  }

  private void gone() {
    Peer sender = from;
    if (sender != null) {
      context.closed(this, sender);
    }
  }

  @Override
  public void onHalfClose() {
    close();
  }

  @Override
  public void onCancel() {
    synchronized (this) {
      closed = true;
    }
    gone();
  }

  /** As gRPC says also of a call that it has ended because of an error here. */
  @Override
  public void onComplete() {
    onCancel();
  }
}
