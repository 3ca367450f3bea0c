package io.ringtail.cluster.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringtail.cluster.ClusterConfig;
import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochListener;
import io.ringtail.cluster.Member;
import io.ringtail.cluster.Members;
import io.ringtail.config.ListenException;
import io.ringtail.metrics.Metrics;
import io.ringtail.rules.Rules;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said if {@code cluster.bind} or {@code cluster.directory} cannot be had. */
class BindTest {
  private final List<ServerSocket> taken = new ArrayList<>();

  @AfterEach
  void giveBack() throws Exception {
    for (ServerSocket socket : taken) {
      socket.close();
    }
  }

  @Test
  void port_inUse_isSaidWithItsKey() throws Exception {
    int port = take(0);
    assertThatThrownBy(() -> start(port))
        .isInstanceOf(ListenException.class)
        .hasMessage("cluster.bind: 127.0.0.1:" + port + ": address already in use");
  }

  @Test
  void portsOfFailureDetection_inUse_areSaid() throws Exception {
    int port = StackFile.freePort("127.0.0.1");
    for (int i = 0; i <= 3; i++) {
      take(port + 100 + i);
    }
    assertThatThrownBy(() -> start(port))
        .isInstanceOf(ListenException.class)
        .hasMessage(
            "cluster.bind: 127.0.0.1:%d: none of the ports %d to %d above it is free",
            port, port + 100, port + 103);
  }

  @Test
  void start_thatFailedForFailureDetection_leavesItsOwnPortToTheNext() throws Exception {
    int port = StackFile.freePort("127.0.0.1");
    for (int i = 0; i <= 3; i++) {
      take(port + 100 + i);
    }
    assertThatThrownBy(() -> start(port)).isInstanceOf(ListenException.class);
    assertThat(StackFile.whyNotFree("127.0.0.1", port)).isEmpty();
    giveBack();
    assertThatCode(() -> start(port)).doesNotThrowAnyException();
  }

  @Test
  void directory_thatIsAFile_isSaidWithItsKey(@TempDir Path dir) throws Exception {
    Path file = Files.createFile(dir.resolve("file"));
    assertThatThrownBy(() -> start(ClusterConfig.inDirectory("test", file.toString())))
        .hasMessage(
            "cluster.directory: %s (expected a directory that this node can make and write:"
                + " FileAlreadyExistsException)",
            file);
  }

  private int take(int port) throws Exception {
    ServerSocket socket = new ServerSocket();
    taken.add(socket);
    socket.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port));
    return socket.getLocalPort();
  }

  private static void start(int port) throws Exception {
    ClusterConfig config =
        new ClusterConfig(
            "test",
            "127.0.0.1",
            port,
            ClusterConfig.Discovery.STATIC,
            List.of("127.0.0.1:" + port),
            "",
            "",
            "",
            List.of(),
            0);
    start(config);
  }

  private static void start(ClusterConfig config) throws Exception {
    Member self = Members.member("s0", Member.Role.SAMPLER, 100);
    try (JGroupsMembership membership =
        new JGroupsMembership(config, List::size, new Metrics(), Rules.ALL)) {
      membership.start(self, new Deaf());
    }
  }

  private static final class Deaf implements EpochListener {
    @Override
    public void onEpoch(Epoch epoch) {}

    @Override
    public void onFenced(Member newer) {
      throw new AssertionError(newer);
    }
  }
}
