package io.ringtail.cli.send;

import io.ringtail.compress.Compression;
import io.ringtail.config.DurationText;
import io.ringtail.config.HostPort;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Words of the command line that picocli does not know how to read. Threads: any. */
public final class Words {
  private Words() {}

  /** {@code HOST:PORT}. */
  public static final class Endpoint implements ITypeConverter<InetSocketAddress> {
    @Override
    public InetSocketAddress convert(String word) {
      return HostPort.parse(word)
          .orElseThrow(() -> wrong(word, "HOST:PORT, such as 127.0.0.1:4317"));
    }
  }

  /** {@code 10s}. */
  public static final class Time implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String word) {
      return DurationText.parse(word).orElseThrow(() -> wrong(word, DurationText.EXPECTED));
    }
  }

  /** {@code grpc}, {@code http/protobuf} or {@code http/json}. */
  public static final class ProtocolName implements ITypeConverter<Transport.Protocol> {
    @Override
    public Transport.Protocol convert(String word) {
      return Arrays.stream(Transport.Protocol.values())
          .filter(protocol -> protocol.toString().equalsIgnoreCase(word))
          .findFirst()
          .orElseThrow(() -> wrong(word, "grpc, http/protobuf or http/json"));
    }
  }

  /** {@code none}, {@code gzip} or {@code zstd}. */
  public static final class CompressionName implements ITypeConverter<Compression> {
    @Override
    public Compression convert(String word) {
      Compression compression = Compression.of(word);
      if (compression == null) {
        throw wrong(word, "none, gzip or zstd");
      }
      return compression;
    }
  }

  private static TypeConversionException wrong(String word, String expected) {
    return new TypeConversionException("\"" + word + "\" (expected: " + expected + ")");
  }
}
