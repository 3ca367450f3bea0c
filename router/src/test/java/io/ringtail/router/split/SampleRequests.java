package io.ringtail.router.split;

import java.util.Random;

/** Encoded requests for tests of other packages. */
public final class SampleRequests {
  private SampleRequests() {}

  /** Spans of 150 bytes with random IDs, of two resources. */
  public static byte[] of(Random random, int spans) {
    return Requests.request(random, spans, 150, 2, 100).toByteArray();
  }

  /** The same with spans of {@code spanBytes}, of eight resources of 300 bytes. */
  public static byte[] of(Random random, int spans, int spanBytes) {
    return Requests.request(random, spans, spanBytes, 8, 300).toByteArray();
  }
}
