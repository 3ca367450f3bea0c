package io.ringtail.router.receive;

import io.netty.util.concurrent.FastThreadLocal;
import io.ringtail.compress.ByteOutput;
import io.ringtail.compress.Compression;
import io.ringtail.compress.Decompressed;
import io.ringtail.compress.Decompressor;
import io.ringtail.otlp.json.JsonToProtobuf;
import io.ringtail.otlp.json.MalformedJsonException;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * The buffers one event loop reads bodies into, one body after the other, so that once they have
 * the size of its largest body nothing is allocated. Every {@value #WINDOW_SECONDS} s they shrink
 * to what was needed since. Threads: the event loop that {@link #current} is called on.
 *
 * <p>A body that must wait here for a later event has an <em>owner</em>, who is told to take it
 * away when another body needs the place.
 */
final class BodyScratch implements AutoCloseable {
  /** Whose body lies in {@link #raw} until a later event. */
  interface Owner {
    /** Takes a copy of what lies in {@code array} up to the length it was told. */
    void moveOut(byte[] array);

    /** It could not: the body is gone. */
    void lost(Throwable why);
  }

  private static final int KEPT_BYTES = 256 * 1024;
  private static final int WINDOW_SECONDS = 30;
  private static final long WINDOW_NANOS = WINDOW_SECONDS * 1_000_000_000L;
  private static final Owner NOBODY =
      new Owner() {
        @Override
        public void moveOut(byte[] array) {}

        @Override
        public void lost(Throwable why) {}
      };
  private static final FastThreadLocal<BodyScratch> CURRENT =
      new FastThreadLocal<>() {
        @Override
        protected BodyScratch initialValue() {
          return new BodyScratch();
        }

        @Override
        protected void onRemoval(BodyScratch scratch) {
          scratch.close();
        }
      };

  private final Decompressor decompressor = new Decompressor();
  private final Peaking raw = new Peaking();
  private final Peaking plain = new Peaking();
  private final Peaking converted = new Peaking();
  private final JsonToProtobuf json = new JsonToProtobuf();
  private Owner owner = NOBODY;
  private long windowEndNanos = System.nanoTime() + WINDOW_NANOS;

  static BodyScratch current() {
    return CURRENT.get();
  }

  /** A buffer and the most that was put into it in this window. */
  private static final class Peaking {
    final ByteOutput bytes = new ByteOutput(KEPT_BYTES);
    private int peak;

    void used(int length) {
      peak = Math.max(peak, length);
    }

    private void settle() {
      bytes.shrink(Math.max(KEPT_BYTES, peak));
      peak = 0;
    }
  }

  /**
   * Reads a stream to its end into {@link #raw}.
   *
   * @param stream borrowed
   * @return its length
   */
  int read(InputStream stream, Owner newOwner) throws IOException {
    free();
    byte[] array = raw.bytes.ensure(Math.max(1, stream.available()), 0);
    int length = 0;
    int count = stream.read(array, 0, array.length);
    while (count >= 0) {
      length += count;
      if (length == array.length && stream.available() > 0) {
        array = raw.bytes.ensure(length + stream.available(), length);
      } else if (length == array.length) {
        int next = stream.read();
        if (next < 0) {
          break;
        }
        array = raw.bytes.ensure(length + 1, length);
        array[length++] = (byte) next;
      }
      count = stream.read(array, length, array.length - length);
    }
    raw.used(length);
    owner = newOwner;
    return length;
  }

  /** The buffer for bodies as they came, for a caller who is done with it before it returns. */
  byte[] raw(int length) {
    free();
    raw.used(length);
    return raw.bytes.ensure(length, 0);
  }

  byte[] rawArray() {
    return raw.bytes.array();
  }

  boolean ownedBy(Owner one) {
    return owner == one;
  }

  /** The body in {@link #raw} is no longer needed. */
  void disown(Owner one) {
    if (owner == one) {
      owner = NOBODY;
    }
  }

  /** Decompresses into {@link #plainArray}. */
  Decompressed decompress(
      Compression compression, byte[] array, int offset, int length, int maxBytes) {
    Decompressed result =
        decompressor.decompress(compression, array, offset, length, plain.bytes, maxBytes);
    plain.used(result instanceof Decompressed.Ok ok ? ok.length() : plain.bytes.capacity());
    return result;
  }

  byte[] plainArray() {
    return plain.bytes.array();
  }

  /**
   * Converts OTLP/JSON to protobuf in {@link #convertedArray}.
   *
   * @return its length
   */
  int convertJson(byte[] array, int offset, int length) throws MalformedJsonException {
    int bytes = json.convert(array, offset, length, converted.bytes);
    converted.used(bytes);
    return bytes;
  }

  byte[] convertedArray() {
    return converted.bytes.array();
  }

  /** What was wrong with the first ID of the last JSON body that did not decode; else null. */
  @Nullable String firstUndecodedId() {
    return json.firstUndecodedId();
  }

  /** To be called when a body is done with. */
  void settle() {
    long nowNanos = System.nanoTime();
    if (nowNanos - windowEndNanos >= 0 && owner == NOBODY) {
      windowEndNanos = nowNanos + WINDOW_NANOS;
      raw.settle();
      plain.settle();
      converted.settle();
    }
  }

  /** Who cannot move out must not take the next body for its own, nor be in its way. */
  private void free() {
    Owner last = owner;
    owner = NOBODY;
    try {
      last.moveOut(raw.bytes.array());
    } catch (RuntimeException | Error e) {
      last.lost(e);
    }
  }

  @Override
  public void close() {
    decompressor.close();
  }
}
