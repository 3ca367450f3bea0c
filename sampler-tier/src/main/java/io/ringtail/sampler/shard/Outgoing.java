package io.ringtail.sampler.shard;

import io.ringtail.link.Peer;
import java.util.ArrayDeque;
import java.util.Deque;

/** Parcels for one owner. Threads: the shard's. */
final class Outgoing {
  final Peer peer;

  /** To be sent, or sent again. */
  final Deque<Parcel> unsent = new ArrayDeque<>();

  long inFlightBytes;
  private boolean paused;
  private boolean awaitsView;
  private int pausedUntilMillis;

  Outgoing(Peer peer) {
    this.peer = peer;
  }

  /** Sends nothing for a while. */
  void pause(int untilMillis) {
    paused = true;
    pausedUntilMillis = untilMillis;
  }

  /** Sends nothing until whose the slots are has changed. */
  void awaitView() {
    awaitsView = true;
  }

  void onView() {
    awaitsView = false;
  }

  void goOn() {
    paused = false;
  }

  boolean isPaused(int nowMillis) {
    if (paused && nowMillis - pausedUntilMillis >= 0) {
      paused = false;
    }
    return paused || awaitsView;
  }
}
