package io.ringtail.compress;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How a body is encoded: the values of gRPC's {@code grpc-encoding} and HTTP's {@code
 * content-encoding} that Ringtail reads and writes. OTLP asks for none and gzip; zstd is an
 * extension the Collector takes too.
 */
public enum Compression {
  NONE("identity"),
  GZIP("gzip"),
  ZSTD("zstd");

  private final String wireName;

  Compression(String wireName) {
    this.wireName = wireName;
  }

  /** The value of the header; {@code identity} may also be left out. */
  public String wireName() {
    return wireName;
  }

  /**
   * The name in configuration and on the command line: {@code none}, {@code gzip}, {@code zstd}.
   */
  public String configName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Reads a header value or a configured name, in any case.
   *
   * @param name null and empty mean none, as an absent header does
   * @return null if it names an encoding that is not supported
   */
  public static @Nullable Compression of(@Nullable String name) {
    if (name == null) {
      return NONE;
    }
    return switch (name.trim().toLowerCase(Locale.ROOT)) {
      case "", "identity", "none" -> NONE;
      case "gzip", "x-gzip" -> GZIP;
      case "zstd" -> ZSTD;
      default -> null;
    };
  }
}
