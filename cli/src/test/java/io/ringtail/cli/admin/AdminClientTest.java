package io.ringtail.cli.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.ringtail.admin.v1.ClusterStatus;
import io.ringtail.cli.FakeNode;
import io.ringtail.config.HostPort;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

class AdminClientTest {
  private static final Duration TIMEOUT = Duration.ofMillis(300);

  private final AtomicInteger asked = new AtomicInteger();
  private final CountDownLatch over = new CountDownLatch(1);

  /** Answers the second time it is asked. */
  private ClusterStatus answer() {
    if (asked.incrementAndGet() == 1) {
      try {
        over.await();
      } catch (InterruptedException e) {
        throw Status.CANCELLED.asRuntimeException();
      }
    }
    return ClusterStatus.newBuilder().setCluster("c").build();
  }

  private String clusterSeen(LongSupplier nanoTime) throws Exception {
    try (FakeNode node = new FakeNode()) {
      node.status = request -> answer();
      InetSocketAddress address = HostPort.parse(node.address()).orElseThrow();
      try (AdminClient client = AdminClient.to(address, TIMEOUT, nanoTime)) {
        return client.status().getCluster();
      } finally {
        over.countDown();
      }
    }
  }

  @Test
  void question_whoseTimeWasOverWhileThisProcessStoodStill_isAskedAgain() throws Exception {
    AtomicLong clock = new AtomicLong();
    assertThat(clusterSeen(() -> clock.addAndGet(Duration.ofMinutes(1).toNanos()))).isEqualTo("c");
    assertThat(asked).hasValueGreaterThan(1);
  }

  @Test
  void question_notAnsweredInTime_isNotAskedAgain() {
    assertThatThrownBy(() -> clusterSeen(() -> 0))
        .hasMessageEndingWith(" did not answer within 300ms (--timeout)");
    assertThat(asked).hasValueLessThanOrEqualTo(1);
  }
}
