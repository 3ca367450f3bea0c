package io.ringtail.sampler.intake;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.netty.buffer.ByteBuf;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.DictionaryLimits;
import io.ringtail.link.Farewell;
import io.ringtail.link.Hello;
import io.ringtail.link.LinkMethod;
import io.ringtail.link.LinkReader;
import io.ringtail.link.PartView;
import io.ringtail.link.Peer;
import io.ringtail.link.Progress;
import io.ringtail.link.Refused;
import io.ringtail.link.SamplerFrame;
import io.ringtail.link.SamplerWord;
import io.ringtail.link.Welcome;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.refusal.Refusal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sampler's end of one link (protocol A1–A5): greets, takes parts in their order, and has what
 * became of them told by {@link Answers}. One message is asked for at a time, so a part that waits
 * for its epoch (A4) holds back whatever is behind it on this link, and on no other.
 *
 * <p>Threads: gRPC's event loop; {@link #proceed} also comes from the timer while a part waits. All
 * take this object's monitor, which is free but for that case. Buffers: at most one message is held
 * while a part waits; released when it is done with or the link ends.
 */
final class InboundLink extends ServerCall.Listener<ByteBuf> {
  private static final Logger log = LoggerFactory.getLogger(InboundLink.class);
  private static final long EPOCH_WAIT_NANOS = Duration.ofSeconds(1).toNanos();
  private static final Duration HELLO_WAIT = Duration.ofSeconds(10);
  private static final Duration RETRY_AFTER = Duration.ofMillis(500);

  private final ServerCall<ByteBuf, SamplerFrame> call;
  private final LinkServer server;
  private final DictionaryLimits dictionary;
  private final LinkReader reader;
  private final Intake intake;
  private final long openedNanos;
  private final Answers answers;
  private @Nullable Peer router;
  private long attempt;
  private int routerKey;
  private @Nullable ByteBuf message;
  private EpochOrder usedByRouter = EpochOrder.NONE;
  private EpochOrder awaited = EpochOrder.NONE;
  private long awaitedSinceNanos;
  private boolean waiting;
  private boolean closed;

  InboundLink(ServerCall<ByteBuf, SamplerFrame> call, LinkServer server, Intake intake) {
    this.call = call;
    this.server = server;
    this.intake = intake;
    this.openedNanos = server.nanoTime();
    this.answers = new Answers(call, by -> server.keeper().mark(by.incarnation().bits()));
    this.dictionary = server.grantDictionary();
    try {
      this.reader = new LinkReader(dictionary);
      call.sendHeaders(new Metadata());
      call.request(1);
    } catch (RuntimeException | Error e) {
      server.giveBack(dictionary);
      throw e;
    }
  }

  @Override
  public synchronized void onMessage(ByteBuf newMessage) {
    if (closed) {
      newMessage.release();
      return;
    }
    message = newMessage;
    int start = newMessage.arrayOffset() + newMessage.readerIndex();
    reader.reset(newMessage.array(), start, start + newMessage.readableBytes());
    try {
      walk();
    } catch (RuntimeException | Error e) { // gRPC would end the call, and nothing here
      failed(e);
    }
  }

  /**
   * Looks again whether a waiting part's epoch is in use, or has been waited for long enough; and
   * for the hello, without which nothing is the link's to keep.
   */
  synchronized void proceed() {
    if (closed) {
      return;
    }
    if (router == null && server.nanoTime() - openedNanos > HELLO_WAIT.toNanos()) {
      malformed("no hello within " + HELLO_WAIT.toSeconds() + " s");
    } else if (waiting && !mustWait(reader.part())) {
      server.waiting().remove(this);
      walk();
    }
  }

  /** Ends the link after an error of ours; the router opens another. */
  synchronized void failed(Throwable e) {
    server.metrics().failed(e);
    try {
      farewell(Farewell.Reason.UNSPECIFIED, "internal error");
    } catch (RuntimeException | Error more) {
      server.metrics().failed(more);
      end();
    }
  }

  private void walk() {
    try {
      boolean wasWaiting = waiting; // asking for the next message may bring it at once, to wait too
      waiting = false;
      boolean atPart = wasWaiting || advance();
      while (atPart) {
        if (!handlePart()) {
          return;
        }
        atPart = advance();
      }
    } catch (MalformedWireException e) {
      malformed(String.valueOf(e.getMessage()));
    }
  }

  private void malformed(String reason) {
    log.warn("event=link-malformed router={} reason=\"{}\"", router, reason);
    server.metrics().malformed();
    farewell(Farewell.Reason.MALFORMED, reason);
  }

  /**
   * Goes to the next part and deals with all else on the way.
   *
   * @return false if the message is finished or the link closed
   */
  private boolean advance() throws MalformedWireException {
    while (!closed) {
      switch (reader.next()) {
        case PART -> {
          if (router == null) {
            throw new MalformedWireException("link: a part before the hello");
          }
          return true;
        }
        case HELLO -> greet(reader.hello());
        case PROGRESS -> {
          greeted();
          Progress progress = reader.progress();
          routerUses(progress.epoch());
          server.shards().onProgress(routerKey, progress.upToSeq(), progress.oldestSeq());
        }
        case WORD -> server.keeper().onWord(greeted(), reader.word());
        case FAREWELL ->
            log.info("event=link-farewell router={} reason={}", router, reader.farewell().reason());
        case END -> {
          finishMessage();
          return false;
        }
      }
    }
    return false;
  }

  /**
   * Takes or refuses the part the reader is at.
   *
   * @return false if it has to wait for its epoch
   */
  private boolean handlePart() {
    PartView part = reader.part();
    ByteBuf current = message;
    if (current == null) {
      throw new AssertionError("a part without its message");
    }
    if (mustWait(part)) {
      waiting = true;
      server.waiting().add(this);
      return false;
    }
    Refusal refusal = isAhead(part) ? tooLate(part) : take(part, current);
    if (refusal instanceof Refusal.NotOwner) {
      server.metrics().notOwner();
    }
    if (refusal == null) {
      if (part.replay()) {
        server.metrics().replayed();
      }
      answers.ack(part.seq());
    } else {
      if (part.replay()) {
        server.metrics().refusedReplay();
      }
      answers.refuse(new Refused(part.seq(), newest(), refusal));
    }
    return true;
  }

  /** A span that cannot be read costs its part, not the link: the router may not send it again. */
  private @Nullable Refusal take(PartView part, ByteBuf current) {
    try {
      return intake.take(part, current, routerKey);
    } catch (MalformedWireException e) {
      server.metrics().malformedPart();
      return new Refusal.Malformed(String.valueOf(e.getMessage()));
    } catch (
        OutOfMemoryError e) { // a shard may have its spans: they are the same when they come again
      server.metrics().noMemory(e);
      return new Refusal.Busy("no memory to take the part", RETRY_AFTER);
    }
  }

  private static EpochOrder epochOf(PartView part) {
    return new EpochOrder(part.epochViewId(), part.epochNumber());
  }

  private boolean isAhead(PartView part) {
    return epochOf(part).compareTo(newest()) > 0;
  }

  private void routerUses(EpochOrder epoch) {
    if (epoch.compareTo(usedByRouter) > 0) {
      usedByRouter = epoch;
      server.routerEpochs().said(this, epoch);
      server.keeper().onRouterEpoch(epoch);
    }
  }

  /** The second of A4 runs once for an epoch, not again for each part that stands behind. */
  private boolean mustWait(PartView part) {
    if (!isAhead(part)) {
      return false;
    }
    routerUses(epochOf(part));
    long nowNanos = server.nanoTime();
    if (epochOf(part).compareTo(awaited) > 0) {
      awaited = epochOf(part);
      awaitedSinceNanos = nowNanos;
    }
    return nowNanos - awaitedSinceNanos < EPOCH_WAIT_NANOS;
  }

  private Refusal tooLate(PartView part) {
    server.metrics().epochAhead();
    return new Refusal.NotReady(
        "epoch " + epochOf(part) + " is not in use here yet (newest: " + newest() + ")",
        RETRY_AFTER);
  }

  private EpochOrder newest() {
    return server.ownership().newest().order();
  }

  private void finishMessage() {
    if (!closed) {
      answers.send();
    }
    releaseMessage();
    if (!closed) {
      call.request(1);
    }
  }

  /** Says a word; what marks follow on this link are none older than it. */
  synchronized void say(SamplerWord word) {
    if (!closed) {
      answers.say(word);
    }
  }

  /** Tells the router its mark if it has changed and the link takes it at once. */
  synchronized void tellMark() {
    if (!closed) {
      answers.tellMark();
    }
  }

  private Peer greeted() throws MalformedWireException {
    Peer peer = router;
    if (peer == null) {
      throw new MalformedWireException("link: more before the hello");
    }
    return peer;
  }

  private void greet(Hello hello) {
    Peer self = server.self();
    if (hello.minVersion() > LinkMethod.VERSION || hello.maxVersion() < LinkMethod.VERSION) {
      farewell(
          Farewell.Reason.VERSION,
          "versions "
              + hello.minVersion()
              + " to "
              + hello.maxVersion()
              + " (expected "
              + LinkMethod.VERSION
              + " among them)");
      return;
    }
    if (!hello.isFor(self)) {
      farewell(Farewell.Reason.NOT_ME, "meant for " + hello.sampler() + ", this is " + self);
      return;
    }
    router = hello.router();
    server.waiting().remove(this);
    attempt = hello.attempt();
    int key = server.opened(this, hello.router());
    if (key < 0) {
      farewell(Farewell.Reason.FENCED, "attempt " + attempt + " is older than the open link's");
      return;
    }
    routerKey = key;
    answers.greeted(hello.router());
    call.sendMessage(SamplerFrame.of(new Welcome(LinkMethod.VERSION, self, dictionary)));
    server.keeper().onLink(hello.router());
  }

  long attempt() {
    return attempt;
  }

  /** Ends the link with a word. What was taken of it stays taken. */
  synchronized void farewell(Farewell.Reason reason, String text) {
    if (closed) {
      return;
    }
    answers.send();
    call.sendMessage(SamplerFrame.of(new Farewell(reason, text)));
    call.close(Status.OK, new Metadata());
    end();
  }

  @Override
  public synchronized void onHalfClose() {
    if (!closed) {
      call.close(Status.OK, new Metadata());
      end();
    }
  }

  @Override
  public synchronized void onCancel() {
    end();
  }

  /** As gRPC says also of a call that it has ended because of an error here. */
  @Override
  public synchronized void onComplete() {
    end();
  }

  private void end() {
    if (!closed) {
      server.giveBack(dictionary);
      server.waiting().remove(this);
    }
    closed = true;
    waiting = false;
    releaseMessage();
    Peer peer = router;
    if (peer != null) {
      server.closed(this, peer);
    }
  }

  private void releaseMessage() {
    ByteBuf done = message;
    message = null;
    if (done != null) {
      done.release();
    }
  }
}
