package io.ringtail.it.resize;

import com.google.errorprone.annotations.Immutable;

/**
 * What can happen to a cluster of 2 routers and 3 samplers, or what its {@link Stage} says. Each
 * leaves as many nodes as it found, and calm.
 */
enum Event {
  /** A 4th sampler joins; it drains again when all has been measured. */
  JOIN(Resizes::join, Resizes::newestLeaves),
  DRAIN_SAMPLER(Resizes::drainSampler),
  DRAIN_COORDINATOR(Resizes::drainCoordinator),
  /** All samplers one after the other: drained, and started again under their names. */
  ROLL_SAMPLERS(Resizes::rollSamplers),
  ROLL_ROUTERS(Resizes::rollRouters),
  TWO_JOIN(Resizes::twoJoin, Resizes::newestTwoLeave),
  LEAVE_WHILE_JOIN(Resizes::leaveWhileJoin),
  /** 3 routers and 7 samplers, with clients waiting. */
  START_TOGETHER(Stage.EMPTY, Resizes::startTogether),
  /** One sampler's weight is halved in its config file, and set back. */
  WEIGHT_CHANGE(Resizes::weightChange),
  /** An operator drains a sampler by the admin service, and takes it back: at once, then later. */
  OPERATOR_DRAIN_UNDRAIN(Resizes::operatorDrainUndrain),
  KILL_SAMPLER(Losses::killSampler),
  KILL_COORDINATOR(Losses::killCoordinator),
  /** Killed and started again at once under its old name. */
  KILL_AND_BACK(Losses::killAndBack),
  /** The second dies while the routers replay for the first. */
  KILL_TWO(Stage.FOUR_SAMPLERS, Losses::killTwo),
  KILL_SENDER_IN_HANDOFF(Losses::killSenderInHandoff),
  KILL_RECEIVER_IN_HANDOFF(Losses::killReceiverInHandoff),
  /** Its clients go to the other one. */
  KILL_ROUTER(Losses::killRouter),
  DRAIN_ROUTER(Resizes::drainRouter),
  /** SIGSTOP for 20 s: longer than its lease and than it takes to be declared lost. */
  PAUSE_SAMPLER(Stalls::pauseSampler),
  PAUSE_COORDINATOR(Stalls::pauseCoordinator),
  /** One sampler gets a tenth of the time for 20 s. */
  SLOW_SAMPLER(Stalls::slowSampler),
  /** One sampler is cut off from all others for 20 s, silently, and comes back. */
  PARTITION(Stage.ONE_APART, Stalls::partition),
  /** The wall clock of one sampler jumps by an hour, forth and back. */
  CLOCK_STEP(Stage.ONE_CLOCK, Stalls::clockStep),
  BACKEND_REFUSES(Stage.QUEUE_IN_MEMORY, Backend::refuses),
  BACKEND_REFUSES_DISK(Stage.QUEUE_ON_DISK, Backend::refuses),
  BACKEND_SLOW(Stage.QUEUE_IN_MEMORY, Backend::isSlow),
  BACKEND_SLOW_DISK(Stage.QUEUE_ON_DISK, Backend::isSlow);

  /** Does it and waits until all is calm. */
  @Immutable
  private interface Deed {
    void on(Scene scene, Figures figures) throws Exception;
  }

  /** Makes the cluster what it was before. */
  @Immutable
  private interface Undo {
    void on(Scene scene) throws Exception;
  }

  final Stage stage;
  private final Deed deed;
  private final Undo undo;

  Event(Deed deed) {
    this(Stage.THREE_SAMPLERS, deed);
  }

  Event(Stage stage, Deed deed) {
    this(stage, deed, scene -> {});
  }

  Event(Deed deed, Undo undo) {
    this(Stage.THREE_SAMPLERS, deed, undo);
  }

  Event(Stage stage, Deed deed, Undo undo) {
    this.stage = stage;
    this.deed = deed;
    this.undo = undo;
  }

  /**
   * Does it and waits until all is calm.
   *
   * @param figures takes what was measured, to be printed beside the verdict
   */
  void run(Scene scene, Figures figures) throws Exception {
    deed.on(scene, figures);
  }

  /** Makes the cluster what it was before, where {@link #run} has not. */
  void undo(Scene scene) throws Exception {
    undo.on(scene);
  }

  /** Whether a sampler is lost, so that routers replay. */
  boolean isLoss() {
    return switch (this) {
      case KILL_SAMPLER,
          KILL_COORDINATOR,
          KILL_AND_BACK,
          KILL_TWO,
          KILL_SENDER_IN_HANDOFF,
          KILL_RECEIVER_IN_HANDOFF,
          PAUSE_SAMPLER,
          PAUSE_COORDINATOR,
          PARTITION ->
          true;
      default -> false;
    };
  }

  /** Whether it is mostly waiting, so that it does not disturb, nor mind, another cluster. */
  boolean isWaiting() {
    return switch (stage) {
      case ONE_APART, ONE_CLOCK, QUEUE_IN_MEMORY, QUEUE_ON_DISK -> true;
      case THREE_SAMPLERS -> this == PAUSE_SAMPLER || this == PAUSE_COORDINATOR;
      case FOUR_SAMPLERS, EMPTY -> false;
    };
  }

  /** Whether it is over in some 15 s and needs nothing but processes on loopback. */
  boolean isShort() {
    return switch (this) {
      case ROLL_SAMPLERS, PAUSE_SAMPLER, PAUSE_COORDINATOR, SLOW_SAMPLER -> false;
      default -> isForChaos();
    };
  }

  /** Whether a cluster of any four samplers or more will do. */
  boolean isForChaos() {
    return stage == Stage.THREE_SAMPLERS || stage == Stage.FOUR_SAMPLERS;
  }
}
