package io.ringtail.link;

import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.WireReader;

/**
 * A sampler's answer to a {@link Hello}: parts may come now.
 *
 * @param version the one both shall speak, within what the hello offered
 * @param sampler who answers
 * @param dictionary what the router may ask it to remember for this link
 */
public record Welcome(int version, Peer sampler, DictionaryLimits dictionary) {
  void write(WireWriter out) {
    WireWriter body = new WireWriter(96);
    body.field(LinkFields.WELCOME_VERSION, version);
    sampler.write(body, LinkFields.WELCOME_SAMPLER);
    body.field(LinkFields.WELCOME_SLOTS, dictionary.slots());
    body.field(LinkFields.WELCOME_BYTES, dictionary.bytes());
    body.field(LinkFields.WELCOME_MAX_HEADER_BYTES, dictionary.maxHeaderBytes());
    out.messageField(LinkFields.SAMPLER_WELCOME, body);
  }

  static Welcome read(WireReader in) throws MalformedWireException {
    int version = 0;
    Peer sampler = null;
    int slots = 0;
    int bytes = 0;
    int maxHeaderBytes = 0;
    while (in.next()) {
      switch (in.tag()) {
        case LinkFields.WELCOME_VERSION ->
            version = LinkWire.integer(in, Integer.MAX_VALUE, "welcome.version");
        case LinkFields.WELCOME_SAMPLER -> sampler = Peer.read(in.enter());
        case LinkFields.WELCOME_SLOTS ->
            slots = LinkWire.integer(in, DictionaryLimits.MAX_SLOTS, "welcome.dictionary_slots");
        case LinkFields.WELCOME_BYTES ->
            bytes = LinkWire.integer(in, Integer.MAX_VALUE, "welcome.dictionary_bytes");
        case LinkFields.WELCOME_MAX_HEADER_BYTES ->
            maxHeaderBytes = LinkWire.integer(in, Integer.MAX_VALUE, "welcome.max_header_bytes");
        default -> in.skip();
      }
    }
    if (sampler == null) {
      throw new MalformedWireException("welcome: sampler missing");
    }
    return new Welcome(version, sampler, new DictionaryLimits(slots, bytes, maxHeaderBytes));
  }
}
