package io.ringtail.cluster.group;

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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

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
  private final Map<Path, Seen> seen = new HashMap<>();

  /**
   * A file as it was found.
   *
   * @param sinceNanos when it was first found so
   * @param changed whether it was found otherwise before
   */
  private record Seen(FileTime modified, long sinceNanos, boolean changed) {}

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

  /**
   * All addresses, the own too; takes away the files of the killed. Clocks of hosts may differ by
   * any amount: a file is taken away only when it has not changed for a while by a clock that
   * cannot be set. Until then one that seems old is not listed, unless it was seen to change.
   *
   * @param nanos of a monotonic clock
   */
  List<InetSocketAddress> read(Instant now, long nanos) throws IOException {
    List<InetSocketAddress> hosts = new ArrayList<>();
    Set<Path> found = new HashSet<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, prefix + "*")) {
      for (Path file : files) {
        found.add(file);
        try {
          HostAndPort at = HostAndPort.fromString(Files.readString(file));
          Seen last = look(file, nanos);
          if (nanos - last.sinceNanos > STALE.toNanos()) {
            Files.deleteIfExists(file);
          } else if (last.changed || !last.modified.toInstant().isBefore(now.minus(STALE))) {
            hosts.add(new InetSocketAddress(at.getHost(), at.getPort()));
          }
        } catch (NoSuchFileException e) {
          // left since
        } catch (IllegalArgumentException | IllegalStateException e) {
          throw new IOException(file + " (expected host:port)", e);
        }
      }
    }
    seen.keySet().retainAll(found);
    return hosts;
  }

  private Seen look(Path file, long nanos) throws IOException {
    FileTime modified = Files.getLastModifiedTime(file);
    Seen last = seen.get(file);
    if (last == null || !last.modified.equals(modified)) {
      last = new Seen(modified, nanos, last != null);
      seen.put(file, last);
    }
    return last;
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(own);
  }
}
