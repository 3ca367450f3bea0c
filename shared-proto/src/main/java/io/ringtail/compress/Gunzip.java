package io.ringtail.compress;

import io.ringtail.compress.Decompressed.Malformed;
import io.ringtail.compress.Decompressed.Ok;
import io.ringtail.compress.Decompressed.TooLarge;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * RFC 1952 on byte arrays: header flags, several members, CRC32 and length checked, and nothing
 * after the last member. {@link Inflater} is used directly, since GZIPInputStream allocates an
 * inflater and buffers a body and ignores what follows the last member.
 *
 * <p>It inflates {@value #STEP} bytes at a time: the array is pinned during the native call, and
 * the checksum finds its bytes in the cache.
 */
final class Gunzip implements AutoCloseable {
  private static final int STEP = 64 * 1024;
  private static final int FIXED_HEADER = 10;
  private static final int TRAILER = 8;
  private static final int FLAG_HEADER_CRC = 2;
  private static final int FLAG_EXTRA = 4;
  private static final int FLAG_NAME = 8;
  private static final int FLAG_COMMENT = 16;
  private static final int RESERVED_FLAGS = 0xe0;

  private final Inflater inflater = new Inflater(true);
  private final CRC32 crc = new CRC32();
  private final byte[] probe = new byte[1];

  private byte[] input = new byte[0];
  private int start;
  private int position;
  private int end;
  private int written;

  Decompressed decompress(
      byte[] newInput, int offset, int length, ByteOutput output, int maxBytes) {
    input = newInput;
    start = offset;
    position = offset;
    end = offset + length;
    written = 0;
    output.growTo(Decompressor.firstBytes(length, maxBytes), 0);
    try {
      do {
        Decompressed problem = member(output, maxBytes);
        if (problem != null) {
          return problem;
        }
      } while (position < end);
      return new Ok(written);
    } catch (DataFormatException e) {
      return new Malformed("gzip: " + e.getMessage() + " in member at byte " + (position - start));
    } finally {
      input = probe;
      inflater.reset();
    }
  }

  private @Nullable Decompressed member(ByteOutput output, int maxBytes)
      throws DataFormatException {
    String problem = header();
    if (problem != null) {
      return new Malformed("gzip: " + problem);
    }
    int memberStart = written;
    inflater.reset();
    inflater.setInput(input, position, end - position);
    crc.reset();
    while (!inflater.finished()) {
      int room = room(output, maxBytes);
      if (room == 0) {
        if (inflater.inflate(probe) > 0) {
          return new TooLarge(maxBytes);
        }
      } else {
        int count = inflater.inflate(output.array(), written, Math.min(room, STEP));
        crc.update(output.array(), written, count);
        written += count;
      }
      if (inflater.needsDictionary()) {
        return new Malformed("gzip: asks for a dictionary");
      }
      if (inflater.needsInput() && !inflater.finished()) {
        return truncated("data");
      }
    }
    position = end - inflater.getRemaining();
    return trailer(written - memberStart);
  }

  /** Bytes free in the output, growing it when it is full; 0 at the limit. */
  private int room(ByteOutput output, int maxBytes) {
    if (written == output.capacity() && written < maxBytes) {
      output.growTo(Decompressor.nextBytes(written, maxBytes), written);
    }
    return Math.min(output.capacity(), maxBytes) - written;
  }

  private @Nullable Decompressed trailer(int memberBytes) {
    if (end - position < TRAILER) {
      return truncated("trailer");
    }
    int expectedCrc = int32(position);
    int expectedBytes = int32(position + 4);
    if (expectedCrc != (int) crc.getValue()) {
      return new Malformed(
          "gzip: CRC32 "
              + Integer.toHexString((int) crc.getValue())
              + " (expected: "
              + Integer.toHexString(expectedCrc)
              + ")");
    }
    if (expectedBytes != memberBytes) {
      return new Malformed(
          "gzip: "
              + memberBytes
              + " bytes (expected: "
              + Integer.toUnsignedString(expectedBytes)
              + ")");
    }
    position += TRAILER;
    return null;
  }

  /** Passes the header of one member; returns what is wrong with it. */
  private @Nullable String header() {
    int at = position;
    if (end - at < FIXED_HEADER) {
      if (end > at && !magic(at)) {
        return wrongMagic(at);
      }
      return "truncated header at byte " + (end - start);
    }
    if (!magic(at)) {
      return wrongMagic(at);
    }
    if (input[at + 2] != 8) {
      return "compression method " + (input[at + 2] & 0xff) + " (expected: 8, deflate)";
    }
    int flags = input[at + 3] & 0xff;
    if ((flags & RESERVED_FLAGS) != 0) {
      return "reserved header flags 0x" + Integer.toHexString(flags);
    }
    at = optionalFields(flags, at + FIXED_HEADER);
    if (at < 0 || at > end) {
      return "truncated header at byte " + (end - start);
    }
    if ((flags & FLAG_HEADER_CRC) != 0) {
      crc.reset();
      crc.update(input, position, at - 2 - position);
      if ((short) crc.getValue() != (short) int16(at - 2)) {
        return "wrong checksum of the header";
      }
    }
    position = at;
    return null;
  }

  /** Where the optional header fields end; negative or past the end if they do not end in time. */
  private int optionalFields(int flags, int fieldsStart) {
    int at = fieldsStart;
    if ((flags & FLAG_EXTRA) != 0) {
      if (end - at < 2) {
        return -1;
      }
      at += 2 + int16(at);
    }
    if ((flags & FLAG_NAME) != 0) {
      at = afterZero(at);
    }
    if ((flags & FLAG_COMMENT) != 0) {
      at = afterZero(at);
    }
    return at < 0 || (flags & FLAG_HEADER_CRC) == 0 ? at : at + 2;
  }

  private int afterZero(int from) {
    if (from < 0) {
      return -1;
    }
    for (int at = from; at < end; at++) {
      if (input[at] == 0) {
        return at + 1;
      }
    }
    return -1;
  }

  private boolean magic(int at) {
    return input[at] == 0x1f && (at + 1 >= end || input[at + 1] == (byte) 0x8b);
  }

  private String wrongMagic(int at) {
    StringBuilder found = new StringBuilder();
    for (int i = at; i < Math.min(at + 2, end); i++) {
      found.append(" 0x").append(Integer.toHexString(input[i] & 0xff));
    }
    return "no member at byte " + (at - start) + ":" + found + " (expected: 0x1f 0x8b)";
  }

  private Malformed truncated(String where) {
    return new Malformed("gzip: truncated " + where + " at byte " + (end - start));
  }

  private int int16(int at) {
    return (input[at] & 0xff) | (input[at + 1] & 0xff) << 8;
  }

  private int int32(int at) {
    return int16(at) | int16(at + 2) << 16;
  }

  @Override
  public void close() {
    inflater.end();
  }
}
