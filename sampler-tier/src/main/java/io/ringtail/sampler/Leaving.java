package io.ringtail.sampler;

import io.ringtail.cluster.Epoch;
import io.ringtail.sampler.handoff.Draining;
import io.ringtail.sampler.handoff.HandoffStatus;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a sampler leaves its cluster in order: gives away what it holds, or, the last one, decides
 * and exports it, and says that it goes; without a word if the time did not suffice. Threads: the
 * owner's.
 */
final class Leaving {
  private static final Logger log = LoggerFactory.getLogger(Leaving.class);
  private static final long LOOK_MILLIS = 20;
  private static final long LAST_NANOS = 1_000_000_000;

  private final SamplerConfig config;
  private final SamplerParts parts;
  private final Standing standing;

  Leaving(SamplerConfig config, SamplerParts parts, Standing standing) {
    this.config = config;
    this.parts = parts;
    this.standing = standing;
  }

  /** Returns once it has left, at the latest soon after the deadline. */
  void leave(long deadlineNanos) throws InterruptedException {
    if (drain(deadlineNanos)) {
      parts.membership().close();
      giveOnce(deadlineNanos);
    } else {
      parts.membership().abandon();
    }
  }

  /**
   * By the epoch without it another may be lost that was given what it knows: the owners of that
   * epoch are told. As long as a decision waits for its heir; then it goes all the same.
   */
  private void giveOnce(long deadlineNanos) throws InterruptedException {
    Optional<Epoch> newest = parts.membership().newest();
    long untilNanos = Math.min(System.nanoTime() + LAST_NANOS, deadlineNanos);
    while (config.cluster().slotsMove()
        && newest.isPresent()
        && !Draining.mayGo(parts.handoff().status(), newest.get().order())
        && System.nanoTime() - untilNanos < 0) {
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
  }

  /** Returns whether everything is with others or settled. */
  private boolean drain(long deadlineNanos) throws InterruptedException {
    Draining draining = new Draining(config.cluster().slotsMove(), config.stopGrace().toNanos());
    standing.stop();
    while (true) {
      boolean asSaid = parts.membership().isAsSaid(); // before the status
      HandoffStatus status = parts.handoff().status();
      boolean nothingHeld = parts.shards().heldSpans() == 0;
      switch (draining.next(status, look(asSaid, nothingHeld, deadlineNanos))) {
        case WAIT -> TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        case LEAVE -> {
          return true;
        }
        case DECIDE -> {
          Draining.Step then = decide(draining, deadlineNanos);
          if (then != Draining.Step.WAIT) {
            return then == Draining.Step.LEAVE;
          }
        }
        case LEAVE_UNANSWERED -> {
          log.info(
              "event=left-unanswered node={} epoch={} questions={} answers_missing={}",
              config.node().id(),
              status.epoch(),
              status.questions(),
              status.answersMissing());
          return false;
        }
        case ABANDON -> {
          log.warn(
              "event=not-drained node={} held_spans={} complete_up_to={} epoch={} questions={}",
              config.node().id(),
              parts.shards().heldSpans(),
              status.completeUpTo(),
              status.epoch(),
              status.questions());
          return false;
        }
      }
    }
  }

  /**
   * There is nobody to give anything to: what is held is decided now, and exported. Who is there
   * when that is done is given the rest.
   */
  private Draining.Step decide(Draining draining, long deadlineNanos) throws InterruptedException {
    if (!config.cluster().slotsMove()) {
      parts.links().stop();
    }
    long held = parts.shards().drainAndDecide(left(deadlineNanos));
    Draining.Step then = decided(draining, held == 0, deadlineNanos);
    if (then == Draining.Step.WAIT) {
      log.info("event=drain-goes-on node={} held_spans={}", config.node().id(), held);
      return then;
    }
    parts.exports().close(left(deadlineNanos));
    boolean settled = parts.shards().heldSpans() == 0 && parts.shards().unansweredExports() == 0;
    return settled ? Draining.Step.LEAVE : Draining.Step.ABANDON;
  }

  private Draining.Step decided(Draining draining, boolean holdsNothing, long deadlineNanos) {
    Draining.Look look = look(parts.membership().isAsSaid(), holdsNothing, deadlineNanos);
    return draining.decided(parts.handoff().status(), look);
  }

  private Draining.Look look(boolean asSaid, boolean holdsNothing, long deadlineNanos) {
    long nowNanos = System.nanoTime();
    boolean mayDecide = parts.membership().mayDecide(nowNanos);
    return new Draining.Look(asSaid, mayDecide, holdsNothing, deadlineNanos - nowNanos);
  }

  static Duration left(long deadlineNanos) {
    return Duration.ofNanos(Math.max(0, deadlineNanos - System.nanoTime()));
  }
}
