package io.ringtail.router.forward;

import io.grpc.ManagedChannel;
import io.netty.channel.EventLoop;
import io.ringtail.link.Farewell;
import io.ringtail.link.Hello;
import io.ringtail.link.LinkMessage;
import io.ringtail.link.LinkMethod;
import io.ringtail.link.LinkWriter;
import io.ringtail.link.SamplerFrame;
import io.ringtail.link.StreamOnLoop;
import io.ringtail.link.Welcome;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One gRPC stream to a sampler, from hello to its end; {@link Events} tell of it. Threads: the
 * link's event loop, on which gRPC's callbacks come as well; those that do not are moved there.
 */
final class LinkSession extends StreamOnLoop<LinkMessage, SamplerFrame> {
  private static final long OPENING_NANOS = Duration.ofSeconds(5).toNanos();
  private static final int FRAMES_AHEAD = 64;

  /** What happens on a session, on its event loop. */
  interface Events {
    /** The sampler has welcomed us: {@link #writer} is there. */
    void onUp(LinkSession session);

    void onWritable(LinkSession session);

    void onFrame(LinkSession session, SamplerFrame frame);

    /** The session has ended, before or after it was up. Said once. */
    void onBroken(LinkSession session, String reason);
  }

  private final Events events;
  private final LongSupplier nanoTime;
  private final UnsentBytes unsent;
  private final long openedNanos;

  /** Of {@link #unsent}, this one's. */
  private long unsentBytes;

  private @Nullable Hello hello;
  private @Nullable LinkWriter writer;
  private String farewell = "";
  private boolean notMe;
  private long countedHits;
  private long countedDefinitions;

  /**
   * @param channel this session's own; shut down with it
   */
  LinkSession(
      ManagedChannel channel,
      EventLoop loop,
      LongSupplier nanoTime,
      UnsentBytes unsent,
      Events events) {
    super(channel, loop, LinkMethod.client());
    this.unsent = unsent;
    this.nanoTime = nanoTime;
    this.openedNanos = nanoTime.getAsLong();
    this.events = events;
  }

  void open(Hello greeting) {
    hello = greeting;
    start(greeting.toMessage(), FRAMES_AHEAD);
  }

  /** Whether it ended because another incarnation than the one meant was at the other end. */
  boolean isNotMe() {
    return notMe;
  }

  /** Whether gRPC takes more: it has sent nearly all it was given. */
  boolean isWritable() {
    boolean writable = isReady();
    if (writable) {
      isSent();
    }
    return writable;
  }

  private void isSent() {
    unsent.sent(unsentBytes);
    unsentBytes = 0;
  }

  /** Takes parts for the next {@link #flush}. */
  LinkWriter writer() {
    if (writer == null) {
      throw new IllegalStateException("not welcomed yet");
    }
    return writer;
  }

  /** Sends what the writer has; span bytes are copied out before this returns. */
  void flush(ForwardMetrics metrics) {
    LinkWriter from = writer();
    metrics.sentBytes.inc(from.size());
    metrics.sentMessages.inc();
    unsentBytes += from.size();
    unsent.given(from.size());
    try (LinkMessage message = from.finish()) {
      sendMessage(message);
    }
    metrics.dictionaryHits.inc(from.dictionaryHits() - countedHits);
    metrics.dictionaryDefinitions.inc(from.dictionaryDefinitions() - countedDefinitions);
    countedHits = from.dictionaryHits();
    countedDefinitions = from.dictionaryDefinitions();
  }

  /** Ends a session whose sampler connects but does not welcome. */
  void checkOpening() {
    if (!hasEnded() && writer == null && nanoTime.getAsLong() - openedNanos > OPENING_NANOS) {
      end("no welcome within 5 s");
    }
  }

  /** Ends it in order; {@link Events#onBroken} is not told any more. */
  void close(Farewell word) {
    if (hasEnded()) {
      return;
    }
    isSent();
    if (writer != null) {
      writer.farewell(word);
      sendMessage(writer.finish());
    }
    halfClose();
  }

  /** Ends it at once, as if it had broken. */
  @Override
  protected void end(String reason) {
    if (cut(reason)) {
      isSent();
      events.onBroken(this, farewell.isEmpty() ? reason : farewell);
    }
  }

  @Override
  protected void writable() {
    if (isWritable() && writer != null) {
      events.onWritable(this);
    }
  }

  @Override
  protected void receive(SamplerFrame frame) {
    Welcome welcome = frame.welcome();
    if (writer == null && welcome != null) {
      welcomed(welcome);
    }
    if (writer != null) {
      events.onFrame(this, frame);
    }
    Farewell word = frame.farewell();
    if (word != null) {
      notMe = word.reason() == Farewell.Reason.NOT_ME;
      farewell = "farewell " + word.reason() + ": " + word.message();
      end(farewell);
    }
  }

  private void welcomed(Welcome welcome) {
    Hello greeting = hello;
    if (greeting == null
        || welcome.version() < greeting.minVersion()
        || welcome.version() > greeting.maxVersion()
        || !greeting.isFor(welcome.sampler())) {
      end("unfit welcome: " + welcome);
      return;
    }
    writer = new LinkWriter(welcome.dictionary());
    events.onUp(this);
  }
}
