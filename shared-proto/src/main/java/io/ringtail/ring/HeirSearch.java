package io.ringtail.ring;

import io.ringtail.trace.TraceHash;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;

/**
 * Finds the heirs by taking each member away in turn from the finished matching, mending what that
 * disturbs, and putting it back. Threads: one.
 */
final class HeirSearch {
  /*
   * Without one member the caps of all others rise, and its slots need a place. Two steps, each of
   * which goes one way only, lead to the one stable matching of the rest:
   *
   * 1. Caps rise, the member stays: each member pulls back the best slots it had to turn away; where
   *    these came from there is room, so it goes on from there. Slots only gain. What results is
   *    stable with the member capped at what it still holds.
   * 2. The member turns all those away: deferred acceptance goes on from there. Slots only lose.
   *
   * At 300 members one removal touches some 1,500 of 262,144 slots.
   */
  private static final long NOBODY = Long.MAX_VALUE;

  private final List<RingMember> members;
  private final long totalWeight;
  private final Preferences preferences;

  /** For each slot its preference for its owner: in the table, and now. */
  private final long[] before;

  private final long[] now;
  private final Seat[] seats;

  private final ArrayDeque<Seat> hungry = new ArrayDeque<>();
  private int[] touched = new int[1024];
  private int touchedCount;

  /** A member's place in the matching; its claims sorted, best first. */
  private static final class Seat {
    final int member;
    long[] holds = {};
    long[] turnedAway = {};

    // while one member is away
    int cap;
    int count;
    int holdsLeft;
    int pulled;
    final Claims taken = new Claims(0);

    Seat(int member) {
      this.member = member;
    }

    void reset(int newCap) {
      cap = newCap;
      count = holds.length;
      holdsLeft = holds.length;
      pulled = 0;
      taken.clear();
    }
  }

  private HeirSearch(List<RingMember> members, Preferences preferences, short[] owners) {
    this.members = members;
    this.preferences = preferences;
    totalWeight = members.stream().mapToLong(RingMember::weight).sum();
    before = new long[TraceHash.SLOTS];
    seats = new Seat[members.size()];
    for (int m = 0; m < seats.length; m++) {
      seats[m] = new Seat(m);
    }
    seat(owners);
    now = before.clone();
  }

  /** The heir of each slot, as an index into the members, of which there are at least two. */
  static short[] heirs(List<RingMember> members, Preferences preferences, short[] owners) {
    HeirSearch search = new HeirSearch(members, preferences, owners);
    short[] heirs = new short[TraceHash.SLOTS];
    for (Seat gone : search.seats) {
      search.remove(gone);
      for (long claim : gone.holds) {
        int slot = Claims.slot(claim);
        heirs[slot] = (short) Preferences.member(search.now[slot]);
      }
      search.undo();
    }
    return heirs;
  }

  private void seat(short[] owners) {
    ClaimLists holds = new ClaimLists(seats.length);
    ClaimLists turnedAway = new ClaimLists(seats.length);
    for (int slot = 0; slot < owners.length; slot++) {
      long preference = preferences.next(slot, Preferences.START);
      while (Preferences.member(preference) != owners[slot]) {
        turnedAway.add(Preferences.member(preference), Claims.of(preference, slot));
        preference = preferences.next(slot, preference);
      }
      holds.add(owners[slot], Claims.of(preference, slot));
      before[slot] = preference;
    }
    for (Seat seat : seats) {
      seat.holds = holds.sorted(seat.member);
      seat.turnedAway = turnedAway.sorted(seat.member);
    }
  }

  private void remove(Seat gone) {
    long weightLeft = totalWeight - members.get(gone.member).weight();
    for (Seat seat : seats) {
      seat.reset(DeferredAcceptance.cap(members.get(seat.member).weight(), weightLeft));
      if (seat != gone && seat.turnedAway.length > 0) {
        hungry.add(seat);
      }
    }
    for (Seat seat = hungry.poll(); seat != null; seat = hungry.poll()) {
      pull(seat, gone);
    }
    for (long claim : gone.holds) {
      int slot = Claims.slot(claim);
      if (Preferences.member(now[slot]) == gone.member) {
        propose(slot, gone);
      }
    }
  }

  private void pull(Seat seat, Seat gone) {
    while (seat.count < seat.cap && seat.pulled < seat.turnedAway.length) {
      long claim = seat.turnedAway[seat.pulled++];
      int slot = Claims.slot(claim);
      long preference = Claims.preference(claim, seat.member);
      if (now[slot] < preference) {
        continue;
      }
      Seat loser = seats[Preferences.member(now[slot])];
      loser.count--;
      take(seat, slot, preference);
      if (loser != gone && loser.pulled < loser.turnedAway.length) {
        hungry.add(loser);
      }
    }
  }

  private void propose(int slot, Seat gone) {
    int proposer = slot;
    long preference = now[slot];
    while (true) {
      preference = preferences.next(proposer, preference);
      Seat seat = seats[Preferences.member(preference)];
      if (seat == gone) {
        continue;
      }
      if (seat.count < seat.cap) {
        take(seat, proposer, preference);
        return;
      }
      long worst = worst(seat);
      if (Claims.of(preference, proposer) < worst) {
        int displaced = Claims.slot(worst);
        seat.count--;
        set(displaced, NOBODY);
        take(seat, proposer, preference);
        proposer = displaced;
        preference = Claims.preference(worst, seat.member);
      }
    }
  }

  private void take(Seat seat, int slot, long preference) {
    set(slot, preference);
    seat.taken.add(Claims.of(preference, slot));
    seat.count++;
  }

  /** The worst claim a full seat holds; drops what it no longer holds on the way. */
  private long worst(Seat seat) {
    while (seat.holdsLeft > 0 && !holds(seat, seat.holds[seat.holdsLeft - 1])) {
      seat.holdsLeft--;
    }
    while (seat.taken.size() > 0 && !holds(seat, seat.taken.worst())) {
      seat.taken.removeWorst();
    }
    long held = seat.holdsLeft == 0 ? -1 : seat.holds[seat.holdsLeft - 1];
    return Math.max(held, seat.taken.worst());
  }

  private boolean holds(Seat seat, long claim) {
    return Preferences.member(now[Claims.slot(claim)]) == seat.member;
  }

  private void set(int slot, long preference) {
    if (now[slot] == before[slot]) {
      if (touchedCount == touched.length) {
        touched = Arrays.copyOf(touched, 2 * touchedCount);
      }
      touched[touchedCount++] = slot;
    }
    now[slot] = preference;
  }

  private void undo() {
    for (int i = 0; i < touchedCount; i++) {
      now[touched[i]] = before[touched[i]];
    }
    touchedCount = 0;
  }
}
