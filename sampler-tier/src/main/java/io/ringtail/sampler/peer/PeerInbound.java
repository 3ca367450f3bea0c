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
 * <p>Threads: gRPC's event loop; answers come from any. All take this object's monitor, but words
 * are told outside of it.
 */
final class PeerInbound extends ServerCall.Listener<byte[]> implements Peers.Answers {
  private static final Logger log = LoggerFactory.getLogger(PeerInbound.class);

  private final PeerLinks context;
  private final ServerCall<byte[], byte[]> call;
  private @Nullable Peer from;
  private long attempt;
  private boolean floors;
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
      PeerFrame frame = PeerCodec.decodeWord(message);
      Peer sender = from;
      if (frame instanceof PeerFrame.Hello hello) {
        greet(hello);
      } else if (frame instanceof PeerFrame.Word word && sender != null) {
        context.metrics().received(message.length);
        take(sender, word.word());
      } else if (sender == null) {
        throw new MalformedWireException("a word before the hello");
      }
    } catch (MalformedWireException e) {
      log.warn("event=peer-malformed peer={} reason=\"{}\"", from, e.getMessage());
      context.metrics().malformed();
      farewell("malformed: " + e.getMessage());
    }
    synchronized (this) {
      if (!closed) {
        call.request(1);
      }
    }
  }

  private void take(Peer sender, PeerWord word) {
    if (isClosed()) {
      return; // fenced: who took over says it again; the buffer is a part of an array
    }
    if (word instanceof PeerWord.Transfer transfer && !floors) {
      send(new PeerAnswer.TransferFull(transfer.id()));
      return;
    }
    floors = word instanceof PeerWord.Floors || (floors && !(word instanceof PeerWord.FloorsEnd));
    context.events().onWord(sender, word, this);
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
    reply(PeerCodec.encode(new PeerFrame.Welcome(PeerFields.VERSION, self)));
  }

  @Override
  public void send(PeerAnswer answer) {
    reply(PeerCodec.encode(answer));
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
    reply(PeerCodec.encode(new PeerFrame.Farewell(reason)));
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
}
