package io.ringtail.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.hash.Hashing;
import com.google.common.net.HostAndPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Addresses of nodes, in files of a directory that they share. Each writes its own before it looks
 * for others, so of two that start at once at least one sees the other. Threads: one at a time.
 *
 * <p>JGroups' FILE_PING lets only coordinators write: nodes that start at once all find nothing and
 * form clusters of one, which take seconds to merge (measured: 5 s for four nodes).
 */
final class DirectoryHosts implements AutoCloseable {
  /** A file not touched for so long is of a killed node. */
  private static final Duration STALE = Duration.ofSeconds(60);

  private final Path directory;
  private final String prefix;
  private final Path own;
  private final String address;

  DirectoryHosts(Path directory, String cluster, HostAndPort self) throws IOException {
    this.directory = Files.createDirectories(directory);
    this.prefix = Hashing.farmHashFingerprint64().hashString(cluster, UTF_8) + "-";
    this.address = self.toString();
    this.own = directory.resolve(prefix + self.getHost().replace(':', '_') + "-" + self.getPort());
  }

  /** Writes or touches the own file. */
  void publish(Instant now) throws IOException {
    if (Files.exists(own)) {
      Files.setLastModifiedTime(own, FileTime.from(now));
      return;
    }
    Path written = Files.createTempFile(directory, ".new", "");
    Files.writeString(written, address);
    Files.move(written, own, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  /** All addresses, the own too; takes away the files of the killed. */
  List<InetSocketAddress> read(Instant now) throws IOException {
    List<InetSocketAddress> hosts = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, prefix + "*")) {
      for (Path file : files) {
        try {
          HostAndPort at = HostAndPort.fromString(Files.readString(file));
          if (Files.getLastModifiedTime(file).toInstant().isBefore(now.minus(STALE))) {
            Files.deleteIfExists(file);
          } else {
            hosts.add(new InetSocketAddress(at.getHost(), at.getPort()));
          }
        } catch (NoSuchFileException e) {
          // left since
        } catch (IllegalArgumentException | IllegalStateException e) {
          throw new IOException(file + " (expected host:port)", e);
        }
      }
    }
    return hosts;
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(own);
  }
}
