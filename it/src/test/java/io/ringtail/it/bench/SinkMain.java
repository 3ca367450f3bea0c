package io.ringtail.it.bench;

import io.ringtail.it.harness.OtlpSink;
import java.io.IOException;
import java.time.Duration;

/**
 * A counting sink as a process: {@code SinkMain PORT [DELAY_MILLIS]}; prints {@code ready PORT},
 * then its counts once a second, until it is ended or its parent's pipe closes.
 */
public final class SinkMain {
  private SinkMain() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    OtlpSink sink = OtlpSink.counting(Integer.parseInt(args[0]));
    if (args.length > 1) {
      sink.delay(Duration.ofMillis(Long.parseLong(args[1])));
    }
    System.out.println("ready " + sink.port());
    while (!System.out.checkError()) {
      Thread.sleep(1000);
      System.out.println(
          "sink requests=" + sink.requests() + " spans=" + sink.spans() + " bytes=" + sink.bytes());
    }
  }
}
