package io.ringtail.router.retain;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Spans that are replayed, on their way until their owners have accepted all of them: cut out of
 * one logged part, perhaps cut up again, never withdrawn. Threads: the log's.
 */
public final class Piece {
  private final long firstSeq;
  private final long firstAcceptedNanos;
  private final int bytes;
  private final int[] slots;
  private final LoggedSpans source;
  private final Claim claim;
  private final List<Question> questions = new ArrayList<>();
  private int openParts = 1;

  /**
   * @param slots of its spans, ascending
   * @param claim of who sent them
   * @param source what they are cut out of
   */
  Piece(
      long firstSeq,
      long firstAcceptedNanos,
      int bytes,
      int[] slots,
      Claim claim,
      LoggedSpans source) {
    this.firstSeq = firstSeq;
    this.firstAcceptedNanos = firstAcceptedNanos;
    this.bytes = bytes;
    this.slots = slots;
    this.claim = claim;
    this.source = source;
  }

  /** Seq of the first acceptance of its spans. Threads: any. */
  public long firstSeq() {
    return firstSeq;
  }

  /** How long ago a router first accepted its spans. Threads: any. */
  public long ageMillis(long nowNanos) {
    return Math.max(0, (nowNanos - firstAcceptedNanos) / 1_000_000);
  }

  long firstAcceptedNanos() {
    return firstAcceptedNanos;
  }

  /** The claim of who sent its spans. Threads: any. */
  public Claim claim() {
    return claim;
  }

  /** What its spans are cut out of, be it in the log still or not. */
  LoggedSpans source() {
    return source;
  }

  int bytes() {
    return bytes;
  }

  /** One part of it is now {@code pieces}. */
  public void partWasCut(int pieces) {
    openParts += pieces - 1;
  }

  /**
   * @return whether all parts are accepted now
   */
  boolean partWasAccepted() {
    return --openParts == 0;
  }

  boolean concerns(Question question) {
    return Arrays.stream(slots).anyMatch(question.slots()::contains);
  }

  /** The question is not answered before this piece is accepted. */
  void holdsUp(Question question) {
    questions.add(question);
    question.pieceWasSent(bytes);
  }

  List<Question> questions() {
    return questions;
  }
}
