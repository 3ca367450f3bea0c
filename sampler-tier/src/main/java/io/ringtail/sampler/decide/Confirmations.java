package io.ringtail.sampler.decide;

import io.ringtail.cluster.Membership;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Who hands decisions over with a slot hears that they are stored when this sampler's own heirs
 * know them, too (protocol D4): it may leave then, and this one may be the next to die. Without
 * their answer it hears so after {@value #LONGEST_MILLIS} ms in which this shard worked, as long as
 * an heir that stands still keeps its lease: a hold may last that much longer. Threads: the
 * shard's.
 */
final class Confirmations {
  static final int LONGEST_MILLIS = (int) (Membership.LEASE_NANOS / 1_000_000);

  private final HeirMail mail;
  private final AwakeTime awake = new AwakeTime();

  /** Of these not all notices to heirs are sent yet; the oldest first. */
  private final Deque<Waiting> unsent = new ArrayDeque<>();

  /** These wait for answers; the oldest first. */
  private final Deque<Waiting> sent = new ArrayDeque<>();

  /**
   * @param sinceMillis of the time in which this shard worked
   * @param upToId of the last notice that has to be stored
   */
  private record Waiting(Runnable stored, int sinceMillis, long upToId) {}

  Confirmations(HeirMail mail) {
    this.mail = mail;
  }

  /**
   * @param stored called when the heirs know what is known here now
   */
  void await(Runnable stored, int nowMillis) {
    unsent.addLast(new Waiting(stored, awake.millis(nowMillis), 0));
  }

  /**
   * @param allSent whether notices of all decisions known here are on their way to the heirs
   * @return how many were told
   */
  int work(boolean allSent, int nowMillis) {
    while (allSent && !unsent.isEmpty()) {
      Waiting next = unsent.removeFirst();
      sent.addLast(new Waiting(next.stored(), next.sinceMillis(), mail.lastId()));
    }
    int awakeMillis = awake.millis(nowMillis);
    return tell(sent, true, awakeMillis) + tell(unsent, false, awakeMillis);
  }

  private int tell(Deque<Waiting> waiting, boolean areSent, int awakeMillis) {
    int told = 0;
    for (Waiting first = waiting.peekFirst();
        first != null && mayTell(first, areSent, awakeMillis);
        first = waiting.peekFirst()) {
      waiting.removeFirst();
      first.stored().run();
      told++;
    }
    return told;
  }

  private boolean mayTell(Waiting waiting, boolean isSent, int awakeMillis) {
    return awakeMillis - waiting.sinceMillis() >= LONGEST_MILLIS
        || (isSent && mail.isAnswered(waiting.upToId()));
  }

  boolean isEmpty() {
    return unsent.isEmpty() && sent.isEmpty();
  }
}
