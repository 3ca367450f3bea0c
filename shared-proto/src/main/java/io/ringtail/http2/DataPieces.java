package io.ringtail.http2;

import io.netty.buffer.ByteBuf;

/**
 * Cuts the DATA frame that a read ended within in two, each with a header of its own, so that every
 * buffer holds whole frames. Netty's decoder would keep the piece and copy the next read behind it,
 * that is nearly every byte once.
 *
 * <p>The first piece's header is mended in place; the second's is written into room left free at
 * the beginning of the next buffer. Other frames and padded ones are few and stay as they are. What
 * is not cut passes unaltered, so that errors are still the decoder's to find. RFC 9113, 4.1 and
 * 6.1.
 *
 * <p>Threads: one.
 */
final class DataPieces {
  static final int HEADER_BYTES = 9;

  private static final int PREFACE_BYTES = 24;
  private static final int LENGTH_BYTES = 3;
  private static final int TYPE_DATA = 0;
  private static final int FLAG_END_STREAM = 1;
  private static final int FLAG_PADDED = 8;

  private final int maxFrameBytes;

  /** Bytes that pass as they are: first the preface, then the rest of a frame that is not cut. */
  private int passing = PREFACE_BYTES;

  /** Bytes still to come of the frame that was cut. */
  private int rest;

  private int flags;
  private int streamId;

  /** A header of which not all has come, or nothing behind it. */
  private final byte[] header = new byte[HEADER_BYTES];

  private int headerCount;

  /**
   * @param maxFrameBytes larger ones are not cut: the decoder refuses them
   */
  DataPieces(int maxFrameBytes) {
    this.maxFrameBytes = maxFrameBytes;
  }

  /** Puts what stands before the next bytes of the socket into an empty buffer. */
  void begin(ByteBuf buffer) {
    if (rest > 0) {
      buffer.writerIndex(HEADER_BYTES);
    } else {
      buffer.writeBytes(header, 0, headerCount);
    }
  }

  /**
   * Makes the buffer end with a frame.
   *
   * @param buffer one that {@link #begin} saw, with what was read; its last bytes may be taken away
   */
  void end(ByteBuf buffer) {
    int end = buffer.writerIndex();
    int at = rest > 0 ? goOn(buffer, end) : 0;
    headerCount = 0;
    while (at < end) {
      if (passing > 0) {
        int passed = Math.min(passing, end - at);
        passing -= passed;
        at += passed;
      } else if (end - at <= HEADER_BYTES) {
        keepHeader(buffer, at, end);
        return;
      } else {
        at = frame(buffer, at, end);
      }
    }
  }

  private int goOn(ByteBuf buffer, int end) {
    int piece = Math.min(end - HEADER_BYTES, rest);
    rest -= piece;
    buffer.setMedium(0, piece);
    buffer.setByte(LENGTH_BYTES, TYPE_DATA);
    buffer.setByte(LENGTH_BYTES + 1, rest == 0 ? flags : flags & ~FLAG_END_STREAM);
    buffer.setInt(LENGTH_BYTES + 2, streamId);
    return HEADER_BYTES + piece;
  }

  /** Frames without content, such as acks, wait for nothing. */
  private void keepHeader(ByteBuf buffer, int at, int end) {
    if (end - at == HEADER_BYTES && buffer.getUnsignedMedium(at) == 0) {
      return;
    }
    headerCount = end - at;
    buffer.getBytes(at, header, 0, headerCount);
    buffer.writerIndex(at);
  }

  private int frame(ByteBuf buffer, int at, int end) {
    int length = buffer.getUnsignedMedium(at);
    int present = end - at - HEADER_BYTES;
    if (length <= present) {
      return at + HEADER_BYTES + length;
    }
    flags = buffer.getUnsignedByte(at + LENGTH_BYTES + 1);
    if (buffer.getByte(at + LENGTH_BYTES) != TYPE_DATA
        || (flags & FLAG_PADDED) != 0
        || length > maxFrameBytes) {
      passing = length - present;
      return end;
    }
    streamId = buffer.getInt(at + LENGTH_BYTES + 2);
    rest = length - present;
    buffer.setMedium(at, present);
    buffer.setByte(at + LENGTH_BYTES + 1, flags & ~FLAG_END_STREAM);
    return end;
  }
}
