package io.ringtail.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.HostAndPort;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryHostsTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir Path directory;

  @Test
  void read_published_seesThoseOfTheSameClusterOnly() throws Exception {
    DirectoryHosts a = hosts("one", 1);
    hosts("one", 2).publish(NOW);
    hosts("two", 3).publish(NOW);
    a.publish(NOW);
    assertThat(a.read(Instant.now())).extracting(h -> h.getPort()).containsExactlyInAnyOrder(1, 2);
  }

  @Test
  void close_own_isGone() throws Exception {
    DirectoryHosts a = hosts("one", 1);
    a.publish(NOW);
    a.close();
    assertThat(a.read(NOW)).isEmpty();
  }

  @Test
  void read_notTouchedForAMinute_isTidiedAway() throws Exception {
    DirectoryHosts killed = hosts("one", 1);
    killed.publish(NOW);
    killed.publish(NOW); // touched at NOW
    DirectoryHosts other = hosts("one", 2);
    assertThat(other.read(NOW.plusSeconds(59))).hasSize(1);
    assertThat(other.read(NOW.plusSeconds(61))).isEmpty();
    assertThat(directory).isEmptyDirectory();
  }

  private DirectoryHosts hosts(String cluster, int port) throws Exception {
    return new DirectoryHosts(directory, cluster, HostAndPort.fromParts("127.0.0.1", port));
  }
}
