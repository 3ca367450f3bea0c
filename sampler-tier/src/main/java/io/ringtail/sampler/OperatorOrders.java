package io.ringtail.sampler;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.ringtail.admin.v1.Change;
import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.Member;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an operator has a sampler do: own nothing while its process goes on, own slots again, own
 * another share. Each is done when it is said to the cluster, not when all has moved; said again,
 * it changes nothing. None is remembered over a restart.
 *
 * <p>Threads: any; nothing blocks.
 */
final class OperatorOrders {
  private static final Logger log = LoggerFactory.getLogger(OperatorOrders.class);

  private final String nodeId;
  private final Standing standing;
  private final Supplier<Optional<Epoch>> newest;
  private final Supplier<Optional<String>> impossible;

  /**
   * @param newest epoch this node knows
   * @param impossible why nothing can be changed at all; empty if it can
   */
  OperatorOrders(
      String nodeId,
      Standing standing,
      Supplier<Optional<Epoch>> newest,
      Supplier<Optional<String>> impossible) {
    this.nodeId = nodeId;
    this.standing = standing;
    this.newest = newest;
    this.impossible = impossible;
  }

  /**
   * One of the below.
   *
   * @throws StatusRuntimeException as those; {@code UNIMPLEMENTED} if it is none
   */
  String apply(Change change) {
    return switch (change.getKindCase()) {
      case DRAIN -> drain();
      case UNDRAIN -> undrain();
      case SET_WEIGHT -> weight(change.getSetWeight().getWeight());
      case SET_LOG_LEVEL, KIND_NOT_SET ->
          throw Status.UNIMPLEMENTED
              .withDescription(nodeId + " does not know this change: it may be older")
              .asRuntimeException();
    };
  }

  /**
   * Gives all away and takes nothing new.
   *
   * @return the outcome, in one sentence
   * @throws StatusRuntimeException {@code FAILED_PRECONDITION} with the reason, if it cannot be
   */
  String drain() {
    requirePossible();
    if (standing.isDrained()) {
      return nodeId + " is drained already";
    }
    Epoch known =
        newest
            .get()
            .orElseThrow(() -> refused(nodeId + " is in no epoch yet: whom to give to is unknown"));
    if (known.members().stream().noneMatch(this::isOtherOwner)) {
      throw refused(nodeId + " is the last active sampler: nobody could take its slots");
    }
    standing.drain();
    log.info("event=operator-drain node={}", nodeId);
    return nodeId + " gives away all it owns, and stays up, until it is undrained or restarted";
  }

  /** As {@link #drain}. */
  String undrain() {
    requirePossible();
    if (!standing.undrain()) {
      return nodeId + " is not drained: nothing is changed";
    }
    log.info("event=operator-undrain node={}", nodeId);
    return nodeId + " takes its share of slots again";
  }

  /**
   * Takes another share of the slots, until it restarts or its file's weight changes.
   *
   * @param weight 1 to 10,000
   */
  String weight(int weight) {
    requirePossible();
    if (weight < 1 || weight > SamplerConfig.MAX_WEIGHT) {
      throw refused("weight " + weight + " (expected 1 to " + SamplerConfig.MAX_WEIGHT + ")");
    }
    int before = standing.weight(weight);
    if (before == weight) {
      return nodeId + " has weight " + weight + " already";
    }
    log.info("event=operator-weight node={} from={} to={}", nodeId, before, weight);
    return nodeId
        + " has weight "
        + weight
        + ", not "
        + before
        + ", until it restarts or its file's weight changes";
  }

  /** Whether an operator has drained it. */
  boolean isDrained() {
    return standing.isDrained();
  }

  /** Whether it is to own slots: it is neither drained nor about to stop. */
  boolean ownsSlots() {
    return standing.state() == Member.State.ACTIVE;
  }

  private void requirePossible() {
    if (standing.isStopping()) {
      throw refused(nodeId + " stops");
    }
    impossible
        .get()
        .ifPresent(
            why -> {
              throw refused(why);
            });
  }

  private boolean isOtherOwner(Member m) {
    return m.ownsSlots() && !m.nodeId().equals(nodeId);
  }

  private static StatusRuntimeException refused(String why) {
    return Status.FAILED_PRECONDITION.withDescription(why).asRuntimeException();
  }
}
