package io.ringtail.cluster.group;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.HostAndPort;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryHostsTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private static final long SECOND = 1_000_000_000;

  @TempDir Path directory;

  @Test
  void read_published_seesThoseOfTheSameClusterOnly() throws Exception {
    DirectoryHosts a = hosts("one", 1);
    hosts("one", 2).publish(NOW);
    hosts("two", 3).publish(NOW);
    a.publish(NOW);
    assertThat(a.read(Instant.now(), 0))
        .extracting(h -> h.getPort())
        .containsExactlyInAnyOrder(1, 2);
  }

  @Test
  void close_own_isGone() throws Exception {
    DirectoryHosts a = hosts("one", 1);
    a.publish(NOW);
    a.close();
    assertThat(a.read(NOW, 0)).isEmpty();
  }

  @Test
  void read_notTouchedForAMinute_isTidiedAway() throws Exception {
    DirectoryHosts killed = hosts("one", 1);
    killed.publish(NOW);
    killed.publish(NOW); // touched at NOW
    DirectoryHosts other = hosts("one", 2);
    assertThat(other.read(NOW, 5)).hasSize(1);
    assertThat(other.read(NOW.plusSeconds(60), 5 + 60 * SECOND)).hasSize(1);
    assertThat(other.read(NOW.plusSeconds(61), 5 + 61 * SECOND)).isEmpty();
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void read_byANodeWhoseClockIsAhead_listsWhoIsSeenToLive_andTakesNobodyAway() throws Exception {
    DirectoryHosts living = hosts("one", 1);
    living.publish(NOW);
    living.publish(NOW);
    DirectoryHosts ahead = hosts("one", 2);
    assertThat(ahead.read(NOW.plusSeconds(3600), 0)).isEmpty();
    living.publish(NOW.plusSeconds(1));
    assertThat(ahead.read(NOW.plusSeconds(3601), SECOND)).hasSize(1);
    living.publish(NOW.plusSeconds(61));
    assertThat(ahead.read(NOW.plusSeconds(3661), 61 * SECOND)).hasSize(1);
  }

  private DirectoryHosts hosts(String cluster, int port) throws Exception {
    return new DirectoryHosts(directory, cluster, HostAndPort.fromParts("127.0.0.1", port));
  }
}
