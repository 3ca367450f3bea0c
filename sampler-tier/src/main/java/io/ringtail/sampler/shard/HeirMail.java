package io.ringtail.sampler.shard;

import io.ringtail.link.Peer;
import io.ringtail.sampler.peer.PeerWord;
import io.ringtail.sampler.peer.Peers;
import io.ringtail.sampler.settle.DecisionBatch;
import io.ringtail.sampler.settle.Notice;
import io.ringtail.sampler.settle.RouterKeys;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Notices on their way to heirs, each until the heir has stored it: sent again when its link was
 * down or no answer came, for a heir knows a notice by its number; given up after {@value
 * #LONGEST_MILLIS} ms. Then the words that all of a notice is settled. Threads: the shard's.
 */
final class HeirMail {
  private static final int RETRY_MILLIS = 100;
  private static final int LONGEST_MILLIS = 30_000;

  /** Without an answer a notice is sent again, also on a link that is up. */
  private static final int ANSWER_MILLIS = 5_000;

  private final Peers peers;
  private final RouterKeys routers;
  private final SamplerMetrics metrics;
  private final int firstId;
  private final int step;
  private final Map<Long, Letter> letters = new LinkedHashMap<>();
  private final Map<Peer, List<Long>> settled = new HashMap<>();
  private long sentIds;
  private int unsent;
  private int retryMillis;

  private static final class Letter {
    private final Peer heir;
    private final Notice notice;
    private final int sinceMillis;
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
  HeirMail(ShardContext context, int index) {
    this.peers = context.peers();
    this.routers = context.routers();
    this.metrics = context.metrics();
    this.step = context.config().shards();
    this.firstId = index;
  }

  /** The shard whose notice has this id. */
  static int shardOf(long id, int shards) {
    return (int) (id % shards);
  }

  /** Sends a notice, now or as soon as it can be; returns its id. */
  long send(Peer heir, Notice notice, int nowMillis) {
    sentIds++;
    long id = sentIds * step + firstId;
    Letter letter = new Letter(heir, notice, nowMillis);
    letters.put(id, letter);
    unsent++;
    retryMillis = unsent == 1 ? nowMillis + RETRY_MILLIS : retryMillis;
    trySend(id, letter, nowMillis);
    return id;
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
  boolean taken(Peer heir, long id) {
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

  /** What was sent to it and not answered was taken or not. */
  void down(Peer heir) {
    for (Letter letter : letters.values()) {
      if (letter.sent && letter.heir.incarnation().bits() == heir.incarnation().bits()) {
        letter.sent = false;
        unsent++;
      }
    }
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
    if (!letter.sent) {
      unsent--;
    }
  }

  /** Those who own nothing any more are no heirs. */
  void owners(Collection<Peer> owners) {
    letters
        .entrySet()
        .removeIf(
            e -> {
              boolean gone = !owners.contains(e.getValue().heir);
              unsent -= gone && !e.getValue().sent ? 1 : 0;
              return gone;
            });
    settled.keySet().retainAll(owners);
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
    settled.computeIfAbsent(heir, h -> new ArrayList<>()).add(id);
  }

  int work(int nowMillis) {
    int sent = sendSettled();
    if (!letters.isEmpty() && nowMillis - retryMillis >= 0) {
      retryMillis = nowMillis + RETRY_MILLIS;
      sent += retry(nowMillis);
    }
    return sent;
  }

  private int sendSettled() {
    int sent = 0;
    for (Map.Entry<Peer, List<Long>> words : settled.entrySet()) {
      long[] ids = words.getValue().stream().mapToLong(Long::longValue).toArray();
      peers.send(words.getKey(), new PeerWord.Settled(ids));
      sent += ids.length;
    }
    settled.clear();
    return sent;
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
        unsent--;
        metrics.noticeGivenUp();
      } else if (trySend(entry.getKey(), letter, nowMillis)) {
        sent++;
      }
    }
    return sent;
  }

  /** Notices that no heir has confirmed. */
  int size() {
    return letters.size();
  }
}
