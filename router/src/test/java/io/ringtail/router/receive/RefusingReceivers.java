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
 * Receivers on free ports for clients in other languages: a pair that takes every body, and one
 * that refuses every body once and takes it the second time. Prints {@code ready} and HOST:PORT of
 * gRPC and HTTP of the first, then of the second, and runs until its standard input ends.
 */
final class RefusingReceivers implements Ingress {
  private final boolean refusing;
  private final Set<Integer> seen = ConcurrentHashMap.newKeySet();

  private RefusingReceivers(boolean refusing) {
    this.refusing = refusing;
  }

  public static void main(String[] args) throws IOException {
    try (EventLoops loops = EventLoops.create(1);
        Receivers taking = start(false, loops);
        Receivers refusing = start(true, loops)) {
      System.out.println("ready " + addresses(taking) + " " + addresses(refusing));
      while (System.in.read() >= 0) {
        // Only the end counts.
      }
    }
  }

  private static Receivers start(boolean refusing, EventLoops loops) throws IOException {
    return Receivers.start(
        ReceiveFixture.config(),
        new RefusingReceivers(refusing),
        new Metrics(),
        Connections.unlimited(loops));
  }

  private static String addresses(Receivers receivers) {
    return "127.0.0.1:" + receivers.grpcPort() + " 127.0.0.1:" + receivers.httpPort();
  }

  @Override
  public void accept(byte[] body, int offset, int length, Header context, Responder responder) {
    int hash = Arrays.hashCode(Arrays.copyOfRange(body, offset, offset + length));
    if (refusing && seen.add(hash)) {
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
