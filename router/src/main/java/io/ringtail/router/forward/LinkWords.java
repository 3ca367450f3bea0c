package io.ringtail.router.forward;

import io.ringtail.link.LinkWriter;
import io.ringtail.link.Progress;
import io.ringtail.link.RouterWord;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * What is said on a link besides parts: answers to its sampler, and now and then this router's
 * progress (protocol A5). Both are small and do not wait behind a backlog of parts; what is said
 * while the link is down is lost.
 *
 * <p>Threads: {@link #add} and {@link #clear} any; the rest the link's event loop.
 */
final class LinkWords {
  private static final long PROGRESS_NANOS = TimeUnit.MILLISECONDS.toNanos(Link.TICK_MILLIS);

  private final LinkContext context;
  private final Queue<RouterWord> waiting = new ConcurrentLinkedQueue<>();
  private long progressNanos;

  LinkWords(LinkContext context) {
    this.context = context;
  }

  void add(RouterWord word) {
    waiting.add(word);
  }

  /** The link is down. */
  void clear() {
    waiting.clear();
  }

  /** The link has come up: progress is due one tick from now. */
  void onUp() {
    progressNanos = context.nanoTime().getAsLong();
  }

  /**
   * Moves the words that wait into a message.
   *
   * @return whether there were any
   */
  boolean write(LinkWriter message) {
    boolean any = !waiting.isEmpty();
    for (RouterWord word = waiting.poll(); word != null; word = waiting.poll()) {
      message.word(word);
    }
    return any;
  }

  /** What has no seq yet comes after it, so it need not wait behind a backlog. */
  void writeProgress(LinkWriter message) {
    progressNanos = context.nanoTime().getAsLong();
    message.progress(
        new Progress(
            context.seqs().last(), context.retention().oldestSeq(), context.rerouting().inUse()));
  }

  /** The same, if none was written for a while. */
  void writeProgressIfDue(LinkWriter message) {
    if (context.nanoTime().getAsLong() - progressNanos >= PROGRESS_NANOS) {
      writeProgress(message);
    }
  }
}
