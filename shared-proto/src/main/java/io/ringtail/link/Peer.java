package io.ringtail.link;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.WireReader;

/** One end of a link: a node and which start of it. */
public record Peer(String nodeId, Incarnation incarnation) {
  @Override
  public String toString() {
    return nodeId + "/" + incarnation;
  }

  /** Writes it as a LEN field. */
  public void write(WireWriter out, int tag) {
    WireWriter body = new WireWriter(64);
    body.stringField(LinkFields.PEER_NODE_ID, nodeId);
    body.field(LinkFields.PEER_VIEW_ID, incarnation.order().viewId());
    body.field(LinkFields.PEER_NUMBER, incarnation.order().number());
    body.presentField(LinkFields.PEER_BITS, incarnation.bits());
    out.messageField(tag, body);
  }

  /**
   * @param in set on the content of such a field
   */
  public static Peer read(WireReader in) throws MalformedWireException {
    String nodeId = "";
    long viewId = 0;
    long number = 0;
    long bits = 0;
    while (in.next()) {
      switch (in.tag()) {
        case LinkFields.PEER_NODE_ID -> nodeId = LinkWire.string(in);
        case LinkFields.PEER_VIEW_ID -> viewId = in.readVarint();
        case LinkFields.PEER_NUMBER -> number = in.readVarint();
        case LinkFields.PEER_BITS -> bits = in.readFixed64();
        default -> in.skip();
      }
    }
    return new Peer(nodeId, new Incarnation(new EpochOrder(viewId, number), bits));
  }
}
