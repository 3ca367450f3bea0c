package io.ringtail.router.forward;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Header;
import io.ringtail.link.PartView;
import io.ringtail.router.retain.Piece;
import io.ringtail.router.split.Part;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A part on its way: with what it is sent for, the epoch it was split by and the seq of its newest
 * sending. Threads: whoever has it, one at a time. Buffers: owns the part until {@link #release} or
 * {@link #handOver}.
 */
final class Parcel implements PartView {
  private final Part part;
  private final Errand errand;
  private final EpochOrder epoch;
  private final AtomicLong bytesHeld;
  private long seq;
  private long ageMillis;

  /**
   * @param part consumed
   * @param epoch of the table it was split by
   * @param bytesHeld the router's sum of such parts
   */
  Parcel(Part part, Errand errand, EpochOrder epoch, AtomicLong bytesHeld) {
    this.part = part;
    this.errand = errand;
    this.epoch = epoch;
    this.bytesHeld = bytesHeld;
    bytesHeld.addAndGet(part.spanBytes());
  }

  Part part() {
    return part;
  }

  Errand errand() {
    return errand;
  }

  EpochOrder epoch() {
    return epoch;
  }

  int spanCount() {
    return part.spanCount();
  }

  /** It is about to be sent, perhaps again: every sending has its own seq. */
  void sendAs(long newSeq, long nowNanos) {
    seq = newSeq;
    Piece piece = errand.piece();
    ageMillis = piece == null ? 0 : piece.ageMillis(nowNanos);
  }

  void release() {
    handOver().release();
  }

  /** The part becomes the caller's to release. */
  Part handOver() {
    bytesHeld.addAndGet(-part.spanBytes());
    return part;
  }

  /** Of the newest sending; 0 before the first. */
  @Override
  public long seq() {
    return seq;
  }

  /** Nothing that was accepted is sent again but in a replay. */
  @Override
  public long firstSeq() {
    Piece piece = errand.piece();
    return piece == null ? 0 : piece.firstSeq();
  }

  @Override
  public long epochViewId() {
    return epoch.viewId();
  }

  @Override
  public long epochNumber() {
    return epoch.number();
  }

  @Override
  public boolean replay() {
    return errand.piece() != null;
  }

  @Override
  public long ageMillis() {
    return ageMillis;
  }

  @Override
  public int groupCount() {
    return part.groupCount();
  }

  @Override
  public Header context(int group) {
    return part.context();
  }

  @Override
  public Header resource(int group) {
    return part.resource(group);
  }

  @Override
  public Header scope(int group) {
    return part.scope(group);
  }

  @Override
  public byte[] array() {
    return part.array();
  }

  @Override
  public int spansStart(int group) {
    return part.spansStart(group);
  }

  @Override
  public int spansEnd(int group) {
    return part.spansEnd(group);
  }
}
