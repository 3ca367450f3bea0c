package io.ringtail.it.sim;

import com.google.errorprone.annotations.FormatMethod;
import java.util.Random;

/** The clock and what is to happen. Threads: one. */
public final class World {
  public static final long MILLI = 1_000_000;
  public static final long SECOND = 1_000_000_000;

  final Random random;

  /** How many of the processes that are started have other things to do. */
  double slowShare;

  private final Agenda agenda = new Agenda();

  /** A trace ID; messages with it are told. */
  private static final byte[] WATCHED = hexBytes(System.getProperty("watch", ""));

  private final StringBuilder story = new StringBuilder();
  private final boolean telling;
  private long now = 1_000 * SECOND;
  private long happened;
  private long trail;

  World(long seed, boolean telling) {
    this.random = new PlainRandom(seed);
    this.telling = telling;
  }

  public long now() {
    return now;
  }

  /** At the same host, unless that is dead by then; later if it is paused. */
  public void after(long nanos, Host host, Runnable what) {
    agenda.add(now + Math.max(0, nanos), host, what);
  }

  /** Runs what is due until then, or until it is done. */
  void runUntil(long end, java.util.function.BooleanSupplier done) {
    long looked = now;
    while (!agenda.isEmpty() && agenda.nextAt() <= end) {
      Agenda.Event e = agenda.remove();
      now = e.at;
      happened++;
      mark(e.at + e.sequence);
      mark(e.host.name().hashCode());
      e.host.run(e.what);
      if (now - looked >= 100 * MILLI) {
        looked = now;
        if (done.getAsBoolean()) {
          return;
        }
      }
    }
    now = Math.max(now, end);
  }

  /** Something happened: the trail depends on it. */
  void mark(long what) {
    trail = (trail ^ what) * 0x9E3779B97F4A7C15L;
    trail ^= trail >>> 32;
  }

  /** A number that differs if anything happened otherwise; the same in every JVM. */
  long trail() {
    return trail;
  }

  long happened() {
    return happened;
  }

  /** Up to so many, from the seed. */
  long below(long nanos) {
    return nanos <= 0 ? 0 : (long) (random.nextDouble() * nanos);
  }

  boolean chance(double p) {
    return random.nextDouble() < p;
  }

  boolean isTelling() {
    return telling;
  }

  /** Tells of messages that carry a trace, if it is the one to watch. */
  void tellIfWatched(Host from, Host to, String method, byte[] message) {
    byte[] id = WATCHED;
    if (!telling || id.length == 0) {
      return;
    }
    StringBuilder found = new StringBuilder();
    for (int i = 0; i + id.length <= message.length; i++) {
      if (java.util.Arrays.equals(message, i, i + id.length, id, 0, id.length)) {
        boolean span = i + 26 <= message.length && message[i + 16] == 0x12;
        long spanId = 0;
        for (int k = 0; span && k < 8; k++) {
          spanId = spanId << 8 | message[i + 18 + k] & 0xff;
        }
        found.append(' ').append(span ? Long.toHexString(spanId) : "-");
      }
    }
    if (found.length() > 0) {
      tell("  %s to %s: %s of %d bytes with%s", from, to, method, message.length, found);
    }
  }

  private static byte[] hexBytes(String hex) {
    return java.util.HexFormat.of().parseHex(hex);
  }

  @FormatMethod
  public void tell(String format, Object... args) {
    if (telling) {
      story
          .append(String.format("%9.3f ", (now - 1_000 * SECOND) / 1e9))
          .append(String.format(format, args))
          .append('\n');
    }
  }

  String story() {
    return story.toString();
  }
}
