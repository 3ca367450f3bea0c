package io.ringtail.trace;

import java.util.HexFormat;

/**
 * A 16-byte W3C trace ID for control paths, logs and the CLI; span loops pass the two longs.
 *
 * @param hi bytes 0..7, big-endian
 * @param lo bytes 8..15, big-endian
 */
public record TraceId(long hi, long lo) {
  /**
   * Reads 32 hex digits of either case.
   *
   * @throws IllegalArgumentException if {@code hex} is not 32 hex digits or all zero
   */
  public static TraceId parse(String hex) {
    if (hex.length() != 32 || !hex.chars().allMatch(HexFormat::isHexDigit)) {
      throw new IllegalArgumentException("trace ID: \"" + hex + "\" (expected 32 hex digits)");
    }
    TraceId id =
        new TraceId(
            HexFormat.fromHexDigitsToLong(hex, 0, 16), HexFormat.fromHexDigitsToLong(hex, 16, 32));
    if (!id.isValid()) {
      throw new IllegalArgumentException("trace ID: \"" + hex + "\" (expected not all zero)");
    }
    return id;
  }

  /** False for the all-zero ID, which OTLP and W3C call invalid. */
  public boolean isValid() {
    return (hi | lo) != 0;
  }

  public int slot() {
    return TraceHash.slot(hi, lo);
  }

  @Override
  public String toString() {
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(hi) + hex.toHexDigits(lo);
  }
}
