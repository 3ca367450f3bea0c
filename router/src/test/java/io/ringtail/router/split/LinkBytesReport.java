package io.ringtail.router.split;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.ringtail.link.DictionaryLimits;
import io.ringtail.link.Header;
import io.ringtail.link.LinkWriter;
import io.ringtail.link.PartView;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.router.route.RoutingTable;
import io.ringtail.router.route.Tables;
import java.util.Random;

/**
 * Prints bytes sent to samplers per byte received, with and without the links' dictionary.
 * Question: what do resources and scopes, repeated for many owners, add to the traffic between the
 * tiers? A good answer is about 1.0 with the dictionary, whatever the number of owners.
 */
public final class LinkBytesReport {
  private static final int REQUESTS = 100;

  private LinkBytesReport() {}

  public static void main(String[] args) throws MalformedWireException {
    System.out.printf(
        "%-8s %-10s %-8s %-12s %s%n", "span", "resource", "owners", "without", "with");
    for (int spanBytes : new int[] {470, 808}) {
      for (int resourceBytes : new int[] {300, 1500}) {
        for (int owners : new int[] {3, 16, 50}) {
          System.out.printf(
              "%-8d %-10d %-8d %-12.3f %.3f%n",
              spanBytes,
              resourceBytes,
              owners,
              ratio(spanBytes, resourceBytes, owners, DictionaryLimits.NONE),
              ratio(spanBytes, resourceBytes, owners, DictionaryLimits.DEFAULT));
        }
      }
    }
  }

  private static double ratio(
      int spanBytes, int resourceBytes, int owners, DictionaryLimits dictionary)
      throws MalformedWireException {
    RoutingTable table = Tables.of(owners);
    BatchSplitter splitter =
        new BatchSplitter(HeaderTable.ofDefaultSize(), UnpooledByteBufAllocator.DEFAULT);
    LinkWriter[] links = new LinkWriter[owners];
    for (int i = 0; i < owners; i++) {
      links[i] = new LinkWriter(dictionary);
    }
    Random random = new Random(6);
    long received = 0;
    long sent = 0;
    for (int i = 0; i < REQUESTS; i++) {
      byte[] body = Requests.request(random, 512, spanBytes, 8, resourceBytes).toByteArray();
      received += body.length;
      for (Part part : splitter.split(body, 0, body.length, Header.EMPTY, table).parts()) {
        LinkWriter link = links[part.ownerIndex()];
        link.add(new Sending(part, i + 1));
        sent += link.size();
        link.finish().close();
        part.release();
      }
    }
    return (double) sent / received;
  }

  /** A part as a link sends it. */
  record Sending(Part part, long seq) implements PartView {
    @Override
    public long firstSeq() {
      return 0;
    }

    @Override
    public long epochViewId() {
      return 5;
    }

    @Override
    public long epochNumber() {
      return 12;
    }

    @Override
    public boolean replay() {
      return false;
    }

    @Override
    public long ageMillis() {
      return 0;
    }

    @Override
    public int groupCount() {
      return part.groupCount();
    }

    @Override
    public Header context(int group) {
      return part.context();
    }

    @Override
    public Header resource(int group) {
      return part.resource(group);
    }

    @Override
    public Header scope(int group) {
      return part.scope(group);
    }

    @Override
    public byte[] array() {
      return part.array();
    }

    @Override
    public int spansStart(int group) {
      return part.spansStart(group);
    }

    @Override
    public int spansEnd(int group) {
      return part.spansEnd(group);
    }
  }
}
