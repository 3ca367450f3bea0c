package io.ringtail.link;

import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.WireReader;

/**
 * The first thing a router says on a new link. The sampler answers with a {@link Welcome}, or with
 * a {@link Farewell} if it is not the incarnation meant or speaks none of the versions; until the
 * welcome the router sends nothing more.
 *
 * @param minVersion lowest version of this protocol the router speaks
 * @param maxVersion highest one
 * @param router who speaks
 * @param sampler whom it believes to speak to (protocol A1)
 * @param attempt grows with each link this router incarnation opens to this sampler: of two links
 *     the higher one is the newer and fences the other, in whatever order they arrive
 */
public record Hello(int minVersion, int maxVersion, Peer router, Peer sampler, long attempt) {
  /**
   * Whether it is meant for {@code self}: the node, and the start of it if the router knows that.
   * Random bits of 0 are not known, as with members listed in a file.
   */
  public boolean isFor(Peer self) {
    long bits = sampler.incarnation().bits();
    return sampler.nodeId().equals(self.nodeId())
        && (bits == 0 || bits == self.incarnation().bits());
  }

  /** A message of its own that says only this. */
  public LinkMessage toMessage() {
    WireWriter body = new WireWriter(160);
    body.field(LinkFields.HELLO_MIN_VERSION, minVersion);
    body.field(LinkFields.HELLO_MAX_VERSION, maxVersion);
    router.write(body, LinkFields.HELLO_ROUTER);
    sampler.write(body, LinkFields.HELLO_SAMPLER);
    body.field(LinkFields.HELLO_ATTEMPT, attempt);
    WireWriter out = new WireWriter(160);
    out.messageField(LinkFields.ROUTER_HELLO, body);
    return LinkMessage.of(out.toByteArray());
  }

  static Hello read(WireReader in) throws MalformedWireException {
    int minVersion = 0;
    int maxVersion = 0;
    Peer router = null;
    Peer sampler = null;
    long attempt = 0;
    while (in.next()) {
      switch (in.tag()) {
        case LinkFields.HELLO_MIN_VERSION ->
            minVersion = LinkWire.integer(in, Integer.MAX_VALUE, "hello.min_version");
        case LinkFields.HELLO_MAX_VERSION ->
            maxVersion = LinkWire.integer(in, Integer.MAX_VALUE, "hello.max_version");
        case LinkFields.HELLO_ROUTER -> router = Peer.read(in.enter());
        case LinkFields.HELLO_SAMPLER -> sampler = Peer.read(in.enter());
        case LinkFields.HELLO_ATTEMPT -> attempt = in.readVarint();
        default -> in.skip();
      }
    }
    if (router == null || sampler == null) {
      throw new MalformedWireException("hello: router or sampler missing");
    }
    return new Hello(minVersion, maxVersion, router, sampler, attempt);
  }
}
