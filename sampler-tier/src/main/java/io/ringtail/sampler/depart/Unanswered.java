package io.ringtail.sampler.depart;

import io.ringtail.sampler.export.KeptTrace;
import io.ringtail.sampler.settle.DecisionBatch;
import io.ringtail.sampler.settle.Notes;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Kept traces the export queue has taken and not finally answered: until then they are not settled,
 * and may have to be handed off with their slot (protocol H1). Threads: the shard's; {@link
 * Export#onAnswered} any. Buffers: each export holds a reference to its trace's bytes until it is
 * removed.
 */
public final class Unanswered {
  private static final int OBJECT_BYTES = 200;

  private final Notes notes;
  private final Consumer<Export> onAnswered;
  private final Set<Export> exports = new LinkedHashSet<>();
  private final AtomicInteger count = new AtomicInteger();
  private long bytes;

  /** One of them. */
  public static final class Export implements KeptTrace.OnAnswered {
    private final KeptTrace trace;
    private final int window;
    private final @Nullable DecisionBatch decision;
    private final int place;
    private final boolean handedIn;
    private final AtomicInteger count;
    private final AtomicBoolean counted = new AtomicBoolean();
    private volatile boolean handedOver;
    private final Consumer<Export> whenAnswered;

    private Export(Content content, int window, Decision of, Unanswered unanswered) {
      this.trace = content.withAnswer(this);
      this.window = window;
      this.decision = of.batch();
      this.place = of.place();
      this.handedIn = of.handedIn();
      this.count = unanswered.count;
      this.whenAnswered = unanswered.onAnswered;
    }

    @Override
    public void onAnswered(KeptTrace answered, KeptTrace.Answer answer) {
      counted();
      whenAnswered.accept(this);
    }

    @Override
    public boolean isWanted() {
      return !handedOver;
    }

    /** Another sampler has it: no answer is waited for any more. */
    void handedOver() {
      handedOver = true;
      counted();
    }

    private void counted() {
      if (counted.compareAndSet(true, false)) {
        count.decrementAndGet();
      }
    }

    /** Its bytes are valid until it is removed. */
    public KeptTrace trace() {
      return trace;
    }

    /** Its note, for marks. */
    public int window() {
      return window;
    }

    /** The batch in which it was decided here; null for late spans and what was handed in. */
    public @Nullable DecisionBatch decision() {
      return decision;
    }

    /** Its place in that batch. */
    public int place() {
      return place;
    }

    /** Whether it is all of an export that another sampler had, with the slot, to do before. */
    public boolean handedIn() {
      return handedIn;
    }

    /** Whether it is all there was to export of its trace: an export of late spans is not. */
    public boolean settlesTrace() {
      return decision != null || handedIn;
    }

    private long bytes() {
      return (long) trace.resourceSpans().capacity() + OBJECT_BYTES;
    }
  }

  /**
   * What an export settles.
   *
   * @param batch decided here; else null
   * @param handedIn whether it was decided elsewhere, and is all there was to export
   */
  record Decision(@Nullable DecisionBatch batch, int place, boolean handedIn) {
    static final Decision NONE = new Decision(null, 0, false);
    static final Decision HANDED_IN = new Decision(null, 0, true);
  }

  /** What is exported, but for who is told of the answer. */
  interface Content {
    KeptTrace withAnswer(KeptTrace.OnAnswered onAnswered);
  }

  /**
   * @param onAnswered told of each that is answered; any thread
   */
  public Unanswered(Notes notes, Consumer<Export> onAnswered) {
    this.notes = notes;
    this.onAnswered = onAnswered;
  }

  /**
   * Makes an export that is to be offered.
   *
   * @param window held by the caller, by the export once it is {@link #taken}
   */
  Export export(Content content, int window, Decision decision) {
    return new Export(content, window, decision, this);
  }

  /** Before it is offered: it may be answered at once, and its bytes are needed until it is. */
  void offering(Export export) {
    export.trace.resourceSpans().retain();
    export.counted.set(true);
    count.incrementAndGet();
  }

  /** The queue had no room for it. */
  void refused(Export export) {
    export.counted();
    export.trace.resourceSpans().release();
  }

  /** The queue has taken it. */
  void taken(Export export) {
    exports.add(export);
    bytes += export.bytes();
  }

  /**
   * Forgets one that is answered or handed off, and releases its window.
   *
   * @return false if it was forgotten before
   */
  public boolean remove(Export export) {
    if (!exports.remove(export)) {
      return false;
    }
    bytes -= export.bytes();
    export.trace.resourceSpans().release();
    notes.release(export.window);
    return true;
  }

  /** Whether it was neither answered nor handed off. */
  public boolean contains(Export export) {
    return exports.contains(export);
  }

  /** All of them, in the order in which they were taken; a view. */
  public Iterable<Export> all() {
    return exports;
  }

  /** Forgets them all: the shard is closed. */
  public void clear() {
    exports.forEach(
        export -> {
          export.trace.resourceSpans().release();
          notes.release(export.window);
        });
    exports.clear();
    bytes = 0;
  }

  public boolean isEmpty() {
    return exports.isEmpty();
  }

  /** What counts in the byte budget. */
  public long bytes() {
    return bytes;
  }

  /** Taken and not answered. Threads: any. */
  public int count() {
    return count.get();
  }
}
