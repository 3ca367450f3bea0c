package io.ringtail.sampler.decide;

import io.ringtail.link.Peer;
import io.ringtail.sampler.account.SamplerMetrics;
import io.ringtail.sampler.peer.PeerWord;
import io.ringtail.sampler.peer.Peers;
import io.ringtail.sampler.settle.DecisionBatch;
import io.ringtail.sampler.settle.Notice;
import io.ringtail.sampler.settle.RouterKeys;
import io.ringtail.sampler.store.ShardContext;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.LongStream;

/**
 * Notices on their way to heirs, each until the heir has stored it: sent again when its link was
 * down or no answer came, for a heir knows a notice by its number; given up after {@value
 * #LONGEST_MILLIS} ms, or the oldest when there are more than {@value #MOST_BYTES} bytes of them.
 * By then its decisions have had effect, or have it without the heir's answer (protocol D2). Then
 * the words that all of a notice is settled: those that found no room, or a link that broke, are
 * said again. Threads: the shard's.
 */
public final class HeirMail {
  private static final int RETRY_MILLIS = 100;
  private static final int LONGEST_MILLIS = 30_000;
  private static final long MOST_BYTES = 16 << 20;

  /** Without an answer a notice is sent again, also on a link that is up. */
  private static final int ANSWER_MILLIS = 5_000;

  /**
   * A link that has not broken for so long, four times what it takes to see that, has brought it.
   */
  private static final int ARRIVED_MILLIS = 60_000;

  private final Peers peers;
  private final RouterKeys routers;
  private final SamplerMetrics metrics;
  private final int firstId;
  private final int step;
  private final long mostBytes;
  private final Map<Long, Letter> letters = new LinkedHashMap<>();
  private final Map<Peer, Words> settled = new HashMap<>();
  private long sentIds;
  private long bytes;
  private int unsent;
  private int retryMillis;

  /** Second notices to one heir, which answers none: each lost one would leave it in doubt. */
  private static final class Words {
    private final List<Long> unsent = new ArrayList<>();
    private final Deque<Said> said = new ArrayDeque<>();
    private boolean full;
    private int fullMillis;

    void sayAgain() {
      said.forEach(word -> LongStream.of(word.ids).forEach(unsent::add));
      said.clear();
    }

    boolean isDue(int nowMillis) {
      return !unsent.isEmpty() && (!full || nowMillis - fullMillis >= RETRY_MILLIS);
    }
  }

  /** A word a link took, which may have broken before it arrived. */
  private record Said(long[] ids, int millis) {}

  private static final class Letter {
    private final Peer heir;
    private final int sinceMillis;
    private Notice notice;
    private boolean sent;
    private int sentMillis;

    /** The word of it waits for the answer: the heir cannot use it before. */
    private boolean settled;

    Letter(Peer heir, Notice notice, int sinceMillis) {
      this.heir = heir;
      this.notice = notice;
      this.sinceMillis = sinceMillis;
    }
  }

  /**
   * @param index of the shard: ids tell which shard a notice is of
   */
  public HeirMail(ShardContext context, int index) {
    this(
        context.peers(),
        context.routers(),
        context.metrics(),
        context.config().shards(),
        index,
        MOST_BYTES);
  }

  /**
   * @param shards how many there are, of which this is the {@code index}-th
   * @param mostBytes of notices that no heir has stored
   */
  public HeirMail(
      Peers peers,
      RouterKeys routers,
      SamplerMetrics metrics,
      int shards,
      int index,
      long mostBytes) {
    this.peers = peers;
    this.routers = routers;
    this.metrics = metrics;
    this.step = shards;
    this.firstId = index;
    this.mostBytes = mostBytes;
  }

  /** The shard whose notice has this id. */
  public static int shardOf(long id, int shards) {
    return (int) (id % shards);
  }

  /** Sends a notice, now or as soon as it can be; returns its id. */
  public long send(Peer heir, Notice notice, int nowMillis) {
    sentIds++;
    long id = sentIds * step + firstId;
    Letter letter = new Letter(heir, notice, nowMillis);
    letters.put(id, letter);
    bytes += notice.memoryBytes();
    unsent++;
    giveUpOldest();
    retryMillis = unsent == 1 ? nowMillis + RETRY_MILLIS : retryMillis;
    trySend(id, letter, nowMillis);
    return id;
  }

  private void giveUpOldest() {
    while (bytes > mostBytes && letters.size() > 1) {
      Map.Entry<Long, Letter> oldest = letters.entrySet().iterator().next();
      remove(oldest.getKey(), oldest.getValue());
      metrics.noticeGivenUp();
    }
  }

  private boolean trySend(long id, Letter letter, int nowMillis) {
    PeerWord.Notice word = new PeerWord.Notice(id, letter.notice.encode(routers));
    if (!peers.send(letter.heir, word)) {
      return false;
    }
    letter.sent = true;
    letter.sentMillis = nowMillis;
    unsent--;
    return true;
  }

  /** The heir has stored it; false if that is not waited for. */
  public boolean taken(Peer heir, long id) {
    Letter letter = letters.get(id);
    if (letter == null || letter.heir.incarnation().bits() != heir.incarnation().bits()) {
      return false;
    }
    remove(id, letter);
    if (letter.settled) {
      settled(letter.heir, id);
    }
    return true;
  }

  /** The heir cannot read it: it is not told. */
  public void unfit(Peer heir, long id) {
    Letter letter = letters.get(id);
    if (letter != null && letter.heir.incarnation().bits() == heir.incarnation().bits()) {
      remove(id, letter);
      metrics.noticeGivenUp();
    }
  }

  /** What was sent to it and not answered was taken or not. */
  public void down(Peer heir) {
    for (Letter letter : letters.values()) {
      if (letter.sent && letter.heir.incarnation().bits() == heir.incarnation().bits()) {
        letter.sent = false;
        unsent++;
      }
    }
    settled.forEach(
        (to, words) -> {
          if (to.incarnation().bits() == heir.incarnation().bits()) {
            words.sayAgain();
          }
        });
  }

  /** The heir could not store it yet. */
  void again(long id) {
    Letter letter = letters.get(id);
    if (letter != null && letter.sent) {
      letter.sent = false;
      unsent++;
    }
  }

  void cancel(long id) {
    Letter letter = letters.get(id);
    if (letter != null) {
      remove(id, letter);
    }
  }

  private void remove(long id, Letter letter) {
    letters.remove(id);
    isGone(letter);
  }

  private void isGone(Letter letter) {
    bytes -= letter.notice.memoryBytes();
    unsent -= letter.sent ? 0 : 1;
  }

  /** Those who own nothing any more are no heirs. */
  public void owners(Collection<Peer> owners) {
    letters
        .entrySet()
        .removeIf(
            e -> {
              boolean gone = !owners.contains(e.getValue().heir);
              if (gone) {
                isGone(e.getValue());
              }
              return gone;
            });
    settled.keySet().retainAll(owners);
  }

  /**
   * What is another's now is taken out of what no heir has stored: it would not store the rest
   * either, as of a slot that is not its owner's it is told nothing.
   *
   * @param owned slots of this sampler
   */
  public void slots(IntPredicate owned) {
    for (Map.Entry<Long, Letter> entry : List.copyOf(letters.entrySet())) {
      Letter letter = entry.getValue();
      Notice rest = letter.notice.only(owned);
      if (rest.size() == 0) {
        remove(entry.getKey(), letter);
      } else {
        bytes += rest.memoryBytes() - letter.notice.memoryBytes();
        letter.notice = rest;
      }
    }
  }

  /** All traces of a notice are settled: the heir is told at the next {@link #work}. */
  void settled(DecisionBatch.Told told) {
    Letter letter = letters.get(told.noticeId());
    if (letter != null) {
      letter.settled = true;
    } else {
      settled(told.heir(), told.noticeId());
    }
  }

  private void settled(Peer heir, long id) {
    settled.computeIfAbsent(heir, h -> new Words()).unsent.add(id);
  }

  public int work(int nowMillis) {
    int sent = sendSettled(nowMillis);
    if (!letters.isEmpty() && nowMillis - retryMillis >= 0) {
      retryMillis = nowMillis + RETRY_MILLIS;
      sent += retry(nowMillis);
    }
    return sent;
  }

  private int sendSettled(int nowMillis) {
    int sent = 0;
    for (Map.Entry<Peer, Words> entry : settled.entrySet()) {
      Words words = entry.getValue();
      while (!words.said.isEmpty()
          && nowMillis - words.said.getFirst().millis() >= ARRIVED_MILLIS) {
        words.said.removeFirst();
      }
      if (words.isDue(nowMillis)) {
        sent += send(entry.getKey(), words, nowMillis);
      }
    }
    settled.values().removeIf(words -> words.unsent.isEmpty() && words.said.isEmpty());
    return sent;
  }

  private int send(Peer heir, Words words, int nowMillis) {
    long[] ids = words.unsent.stream().mapToLong(Long::longValue).toArray();
    words.full = !peers.send(heir, new PeerWord.Settled(ids));
    words.fullMillis = nowMillis;
    if (words.full) {
      return 0;
    }
    words.unsent.clear();
    words.said.addLast(new Said(ids, nowMillis));
    return ids.length;
  }

  private int retry(int nowMillis) {
    int sent = 0;
    Iterator<Map.Entry<Long, Letter>> all = letters.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<Long, Letter> entry = all.next();
      Letter letter = entry.getValue();
      if (letter.sent && nowMillis - letter.sentMillis < ANSWER_MILLIS) {
        continue;
      }
      if (letter.sent) {
        letter.sent = false;
        unsent++;
      }
      if (nowMillis - letter.sinceMillis > LONGEST_MILLIS) {
        all.remove();
        isGone(letter);
        metrics.noticeGivenUp();
      } else if (trySend(entry.getKey(), letter, nowMillis)) {
        sent++;
      }
    }
    return sent;
  }

  /** Whether every second notice has been sent, as far as it could be seen. */
  public boolean isSaid() {
    return settled.values().stream().allMatch(words -> words.unsent.isEmpty());
  }

  /** Of the newest notice; those before it have lower ids. */
  long lastId() {
    return sentIds * step + firstId;
  }

  /** Whether no notice up to that one is still to be stored by an heir. */
  boolean isAnswered(long upToId) {
    return letters.isEmpty() || letters.keySet().iterator().next() > upToId;
  }

  /** Notices that no heir has confirmed. */
  public int size() {
    return letters.size();
  }
}
