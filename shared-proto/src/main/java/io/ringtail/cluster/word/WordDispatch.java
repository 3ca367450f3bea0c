package io.ringtail.cluster.word;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.HashMap;
import java.util.Map;

/**
 * Who takes which kind of {@link GroupWord}s. Kinds nobody takes are passed over: only newer nodes
 * know them. Threads: filled before the membership starts; words come on its thread.
 */
public final class WordDispatch {
  /** Takes the words of a kind. */
  public interface Taker {
    /**
     * @param fromBits of the sender's incarnation
     * @param word consumed: nobody else has its bytes
     * @throws InvalidProtocolBufferException if its body is not of its kind; it is counted
     */
    void onWord(long fromBits, GroupWord word) throws InvalidProtocolBufferException;
  }

  private final Map<Integer, Taker> takers = new HashMap<>();

  public void take(int kind, Taker taker) {
    if (takers.putIfAbsent(kind, taker) != null) {
      throw new IllegalStateException("kind " + kind + " is taken");
    }
  }

  /**
   * @throws InvalidProtocolBufferException if these are no words, or one is not of its kind
   */
  public void dispatch(long fromBits, byte[] bytes) throws InvalidProtocolBufferException {
    for (GroupWord word : GroupWord.read(bytes, 0, bytes.length)) {
      Taker taker = takers.get(word.kind());
      if (taker != null) {
        taker.onWord(fromBits, word);
      }
    }
  }
}
