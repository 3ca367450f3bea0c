package io.ringtail.compress;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.compress.Decompressed.Malformed;
import io.ringtail.compress.Decompressed.Ok;
import io.ringtail.compress.Decompressed.TooLarge;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class CompressTest {
  private static final int MAX = 1 << 20;

  private final Compressor compressor = new Compressor();
  private final Decompressor decompressor = new Decompressor();
  private final ByteOutput output = new ByteOutput(0);

  @AfterEach
  void close() {
    compressor.close();
    decompressor.close();
  }

  @ParameterizedTest
  @EnumSource(Compression.class)
  void anyBody_compressed_comesBack(Compression compression) {
    for (int length : new int[] {0, 1, 100, 65_536, 65_537, 400_000, MAX}) {
      byte[] body = body(length);
      byte[] small = compressor.compress(compression, body);
      assertThat(decompress(compression, small, MAX)).isEqualTo(new Ok(length));
      assertThat(output.copy(length)).isEqualTo(body);
    }
  }

  @ParameterizedTest
  @EnumSource(Compression.class)
  void bodyOfTheLimit_isTaken_andOneMoreIsNot(Compression compression) {
    for (int length : new int[] {1, 100, 65_536, 300_000}) {
      byte[] small = compressor.compress(compression, body(length));
      assertThat(decompress(compression, small, length)).isEqualTo(new Ok(length));
      assertThat(decompress(compression, small, length - 1)).isEqualTo(new TooLarge(length - 1));
    }
  }

  @ParameterizedTest
  @EnumSource(value = Compression.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void bodyWithinALargerArray_isFoundByItsRange(Compression compression) {
    byte[] small = compressor.compress(compression, body(5000));
    byte[] framed = new byte[small.length + 20];
    Arrays.fill(framed, (byte) 0x5a);
    System.arraycopy(small, 0, framed, 7, small.length);
    assertThat(decompressor.decompress(compression, framed, 7, small.length, output, MAX))
        .isEqualTo(new Ok(5000));
  }

  @ParameterizedTest
  @EnumSource(value = Compression.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void body_truncatedAnywhere_isMalformedAndTheNextOneIsRead(Compression compression) {
    byte[] body = body(3000);
    byte[] small = compressor.compress(compression, body);
    for (int cut = 0; cut < small.length; cut++) {
      assertThat(decompress(compression, Arrays.copyOf(small, cut), MAX))
          .as("cut at %d of %d", cut, small.length)
          .isInstanceOf(Malformed.class)
          .asString()
          .contains("truncated");
    }
    assertThat(decompress(compression, small, MAX)).isEqualTo(new Ok(3000));
    assertThat(output.copy(3000)).isEqualTo(body);
  }

  @ParameterizedTest
  @EnumSource(value = Compression.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void severalMembers_areOneBody(Compression compression) {
    byte[] small = compressor.compress(compression, body(70_000));
    byte[] twice = concat(small, small);
    assertThat(decompress(compression, twice, MAX)).isEqualTo(new Ok(140_000));
    assertThat(output.copy(140_000)).isEqualTo(concat(body(70_000), body(70_000)));
    assertThat(decompress(compression, twice, 139_999)).isEqualTo(new TooLarge(139_999));
  }

  @ParameterizedTest
  @EnumSource(value = Compression.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void garbageBehindTheBody_isMalformed(Compression compression) {
    byte[] small = compressor.compress(compression, body(100));
    assertThat(decompress(compression, concat(small, "garbage".getBytes(UTF_8)), MAX))
        .isInstanceOf(Malformed.class);
    assertThat(decompress(compression, concat(small, new byte[1]), MAX))
        .isInstanceOf(Malformed.class);
  }

  @ParameterizedTest
  @EnumSource(value = Compression.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void plainBody_saidToBeCompressed_isMalformed(Compression compression) {
    assertThat(decompress(compression, "{\"resourceSpans\":[]}".getBytes(UTF_8), MAX))
        .isInstanceOf(Malformed.class);
  }

  @ParameterizedTest
  @EnumSource(value = Compression.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void bomb_isStoppedAtTheLimit_withoutMoreMemory(Compression compression) {
    byte[] bomb = compressor.compress(compression, new byte[64 << 20]);
    assertThat(bomb.length).isLessThan((64 << 20) / 1000);
    assertThat(decompress(compression, bomb, MAX)).isEqualTo(new TooLarge(MAX));
    assertThat(output.capacity()).isLessThanOrEqualTo(MAX);
  }

  @ParameterizedTest
  @EnumSource(value = Compression.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void anyByteChanged_neverThrows(Compression compression) {
    byte[] body = body(300);
    byte[] small = compressor.compress(compression, body);
    for (int i = 0; i < small.length; i++) {
      byte[] bad = small.clone();
      bad[i] ^= 0x55;
      if (decompress(compression, bad, MAX) instanceof Ok ok) {
        assertThat(output.copy(ok.length())).as("byte %d", i).isEqualTo(body);
      }
    }
  }

  @Test
  void gzip_withWrongChecksumOrLength_isMalformed() {
    byte[] small = compressor.compress(Compression.GZIP, body(100));
    byte[] badCrc = small.clone();
    badCrc[small.length - 8] ^= 1;
    assertThat(decompress(Compression.GZIP, badCrc, MAX)).asString().contains("CRC32");
    byte[] badLength = small.clone();
    badLength[small.length - 4] ^= 1;
    assertThat(decompress(Compression.GZIP, badLength, MAX))
        .asString()
        .contains("100 bytes (expected: 101)");
  }

  @Test
  void gzip_withWrongMagic_saysWhatWasFound() {
    byte[] small = compressor.compress(Compression.GZIP, body(100));
    small[1] = 0x42;
    assertThat(decompress(Compression.GZIP, small, MAX))
        .isEqualTo(new Malformed("gzip: no member at byte 0: 0x1f 0x42 (expected: 0x1f 0x8b)"));
  }

  @Test
  void gzip_withEveryOptionalHeaderField_isRead() {
    byte[] small = compressor.compress(Compression.GZIP, body(100));
    ByteArrayOutputStream full = new ByteArrayOutputStream();
    full.write(small, 0, 3);
    full.write(2 | 4 | 8 | 16);
    full.write(small, 4, 6);
    full.writeBytes(new byte[] {3, 0, 'x', 'y', 'z'});
    full.writeBytes("name\0comment\0".getBytes(UTF_8));
    CRC32 crc = new CRC32();
    crc.update(full.toByteArray());
    int headerCrcAt = full.size();
    full.write((int) crc.getValue());
    full.write((int) crc.getValue() >>> 8);
    full.write(small, 10, small.length - 10);
    byte[] whole = full.toByteArray();
    assertThat(decompress(Compression.GZIP, whole, MAX)).isEqualTo(new Ok(100));
    for (int cut = 0; cut < whole.length; cut++) {
      assertThat(decompress(Compression.GZIP, Arrays.copyOf(whole, cut), MAX))
          .asString()
          .contains("truncated");
    }
    whole[headerCrcAt] ^= 1;
    assertThat(decompress(Compression.GZIP, whole, MAX)).asString().contains("checksum");
  }

  @Test
  void zstd_askingForALargerWindowThanTheRfcGrants_isMalformed() {
    byte[] hugeWindow = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0x00, (byte) 0x88, 1, 0, 0};
    assertThat(decompress(Compression.ZSTD, hugeWindow, MAX)).isInstanceOf(Malformed.class);
    byte[] smallWindow = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0x00, 0x20, 1, 0, 0};
    assertThat(decompress(Compression.ZSTD, smallWindow, MAX)).isEqualTo(new Ok(0));
  }

  @ParameterizedTest
  @CsvSource({
    "identity, NONE",
    "none, NONE",
    "'', NONE",
    "gzip, GZIP",
    "GZIP, GZIP",
    "x-gzip, GZIP",
    "zstd, ZSTD",
    "deflate,",
    "snappy,",
    "'gzip, gzip',"
  })
  void wireName_isReadInAnyCase_andUnknownOnesAreNull(String name, Compression expected) {
    assertThat(Compression.of(name)).isEqualTo(expected);
  }

  private Decompressed decompress(Compression compression, byte[] input, int maxBytes) {
    return decompressor.decompress(compression, input, 0, input.length, output, maxBytes);
  }

  /** Half text, half noise: compresses about 2 : 1. */
  private static byte[] body(int length) {
    Random random = new Random(7);
    byte[] body = new byte[length];
    for (int i = 0; i < length; i++) {
      body[i] = (byte) ((i & 63) < 32 ? 'a' + (i & 7) : random.nextInt());
    }
    return body;
  }

  private static byte[] concat(byte[] a, byte[] b) {
    byte[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }
}
