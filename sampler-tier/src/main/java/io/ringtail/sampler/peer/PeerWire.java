package io.ringtail.sampler.peer;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Peer;
import io.ringtail.link.WireWriter;
import io.ringtail.otlp.MalformedWireException;
import org.jspecify.annotations.Nullable;

/** What both ends of a stream between samplers write and read alike. Threads: any. */
final class PeerWire {
  private PeerWire() {}

  static void order(WireWriter out, int viewIdTag, int numberTag, EpochOrder order) {
    out.field(viewIdTag, order.viewId());
    out.field(numberTag, order.number());
  }

  /** A message of one field. */
  static byte[] framed(int tag, WireWriter body) {
    WireWriter out = new WireWriter(body.size() + 8);
    out.messageField(tag, body);
    return out.toByteArray();
  }

  static int version(long value) throws MalformedWireException {
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw new MalformedWireException("version: " + Long.toUnsignedString(value));
    }
    return (int) value;
  }

  static Peer required(@Nullable Peer peer, String what) throws MalformedWireException {
    if (peer == null) {
      throw new MalformedWireException(what + " is missing");
    }
    return peer;
  }
}
