package io.ringtail.link;

import io.grpc.Drainable;
import io.grpc.KnownLength;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * One encoded message as gRPC takes it: runs of framing bytes with span bytes between them, which
 * are written from the parts' own arrays straight into gRPC's buffer, so they are copied once.
 *
 * <p>Threads: one. Buffers: the parts' arrays are borrowed until the message has been sent; {@link
 * #close} lets go of them, after which reading fails. gRPC drains a message within {@code
 * sendMessage} once a call has its transport.
 */
public final class LinkMessage extends InputStream implements KnownLength, Drainable {
  /** Runs in turn: framing, spans, framing, spans, …, framing. */
  private byte[][] arrays;

  private final int[] offsets;
  private final int[] lengths;
  private int run;
  private int inRun;
  private int left;
  private boolean closed;

  LinkMessage(byte[][] arrays, int[] offsets, int[] lengths) {
    this.arrays = arrays;
    this.offsets = offsets;
    this.lengths = lengths;
    for (int length : lengths) {
      left += length;
    }
  }

  static LinkMessage of(byte[] bytes) {
    return new LinkMessage(new byte[][] {bytes}, new int[] {0}, new int[] {bytes.length});
  }

  /** Exactly the bytes not read yet. */
  @Override
  public int available() {
    return left;
  }

  @Override
  public int drainTo(OutputStream target) throws IOException {
    requireOpen();
    int drained = left;
    while (left > 0) {
      int length = lengths[run] - inRun;
      target.write(arrays[run], offsets[run] + inRun, length);
      advance(length);
    }
    return drained;
  }

  @Override
  public int read() throws IOException {
    requireOpen();
    if (left == 0) {
      return -1;
    }
    while (inRun == lengths[run]) {
      advance(0);
    }
    int b = arrays[run][offsets[run] + inRun] & 0xff;
    advance(1);
    return b;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    requireOpen();
    if (left == 0) {
      return length == 0 ? 0 : -1;
    }
    int copied = 0;
    while (copied < length && left > 0) {
      int n = Math.min(length - copied, lengths[run] - inRun);
      System.arraycopy(arrays[run], offsets[run] + inRun, into, offset + copied, n);
      copied += n;
      advance(n);
    }
    return copied;
  }

  private void advance(int n) {
    inRun += n;
    left -= n;
    if (inRun == lengths[run] && run < lengths.length - 1) {
      run++;
      inRun = 0;
    }
  }

  @Override
  public void close() {
    closed = true;
    arrays = new byte[0][];
  }

  private void requireOpen() throws IOException {
    if (closed) {
      throw new IOException("link message read after it was closed");
    }
  }
}
