package io.ringtail.router.receive;

import io.ringtail.link.Header;
import io.ringtail.metrics.Metrics;
import io.ringtail.refusal.Refusal;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Receivers on free ports that refuse every body once and take it the second time, for clients in
 * other languages. Prints {@code ready HOST:GRPC_PORT HOST:HTTP_PORT} and runs until its standard
 * input ends.
 */
final class RefusingReceivers implements Ingress {
  private final Set<Integer> seen = ConcurrentHashMap.newKeySet();

  public static void main(String[] args) throws IOException {
    try (EventLoops loops = EventLoops.create(1);
        Receivers receivers =
            Receivers.start(
                ReceiveFixture.config(),
                new RefusingReceivers(),
                new Metrics(),
                Connections.unlimited(loops))) {
      System.out.println(
          "ready 127.0.0.1:" + receivers.grpcPort() + " 127.0.0.1:" + receivers.httpPort());
      while (System.in.read() >= 0) {
        // Only the end counts.
      }
    }
  }

  @Override
  public void accept(byte[] body, int offset, int length, Header context, Responder responder) {
    int hash = Arrays.hashCode(Arrays.copyOfRange(body, offset, offset + length));
    if (seen.add(hash)) {
      responder.refused(new Refusal.Busy("refused once", Duration.ofMillis(100)));
    } else {
      responder.accepted(0, "");
    }
  }

  @Override
  public boolean ready() {
    return true;
  }
}
