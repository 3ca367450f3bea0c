package io.ringtail.sampler.handover;

import io.ringtail.link.Peer;
import java.util.ArrayDeque;
import java.util.Deque;

/** Parcels for one owner. Threads: the shard's. */
final class Outgoing {
  final Peer peer;

  /** To be sent, or sent again. */
  final Deque<Parcel> unsent = new ArrayDeque<>();

  private static final int LEAST_PAUSE_MILLIS = 50;
  private static final int MOST_PAUSE_MILLIS = 1000;

  long inFlightBytes;
  private int fullPauseMillis = LEAST_PAUSE_MILLIS;
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

  /** The owner has no room: the longer it takes nothing, the less often it is tried. */
  void full(int nowMillis) {
    if (!paused || nowMillis - pausedUntilMillis >= 0) {
      pause(nowMillis + fullPauseMillis);
      fullPauseMillis = Math.min(MOST_PAUSE_MILLIS, 2 * fullPauseMillis);
    }
  }

  /** It had room. */
  void taken() {
    fullPauseMillis = LEAST_PAUSE_MILLIS;
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
