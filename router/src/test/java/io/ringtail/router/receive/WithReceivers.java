package io.ringtail.router.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringtail.config.ListenException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;

/** Tests of receivers on free ports: what they open is closed after each. */
abstract class WithReceivers {
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  final void closeAll() throws Exception {
    for (int i = open.size() - 1; i >= 0; i--) {
      open.get(i).close();
    }
  }

  static ConditionFactory await() {
    return Awaitility.await().atMost(ReceiveFixture.PATIENCE);
  }

  final <T extends AutoCloseable> T opened(T opened) {
    open.add(opened);
    return opened;
  }

  final ReceiveFixture fixture(ReceiveFixture.Settings settings) throws ListenException {
    return opened(new ReceiveFixture(settings.config()));
  }

  /** Drains while {@code meanwhile} runs, which has something answered; then it is over. */
  static void drain(ReceiveFixture router, Meanwhile meanwhile) throws Exception {
    Thread drain =
        new Thread(
            () -> {
              try {
                router.receivers.drain(ReceiveFixture.PATIENCE);
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            });
    drain.start();
    meanwhile.run();
    drain.join(ReceiveFixture.PATIENCE.toMillis());
    assertThat(drain.isAlive()).isFalse();
  }

  /** What a test does while another thread works. */
  interface Meanwhile {
    void run() throws Exception;
  }

  /** With a port that is in use the start fails, and says of which key. */
  final void assertInUse(String key, BiConsumer<ReceiveFixture.Settings, InetSocketAddress> listen)
      throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      ReceiveFixture.Settings settings = new ReceiveFixture.Settings();
      listen.accept(settings, new InetSocketAddress("127.0.0.1", taken.getLocalPort()));
      assertThatThrownBy(() -> fixture(settings))
          .isInstanceOf(ListenException.class)
          .hasMessage(key + ": 127.0.0.1:" + taken.getLocalPort() + ": address already in use");
    }
  }
}
