package io.ringtail.link;

import static io.ringtail.otlp.WireReader.FIXED64;
import static io.ringtail.otlp.WireReader.LEN;
import static io.ringtail.otlp.WireReader.VARINT;

/** Tags of the link's messages, as docs/link-protocol.md numbers their fields. */
final class LinkFields {
  static final int ROUTER_HELLO = 1 << 3 | LEN;
  static final int ROUTER_PART = 2 << 3 | LEN;
  static final int ROUTER_PROGRESS = 3 << 3 | LEN;
  static final int ROUTER_FAREWELL = 4 << 3 | LEN;
  static final int ROUTER_WORD = 5 << 3 | LEN;

  static final int WORD_LOWERED = 1 << 3 | LEN;
  static final int WORD_REPLAYED = 2 << 3 | LEN;
  static final int WORD_HAS = 3 << 3 | LEN;

  /** Of lowered and replayed. */
  static final int ANSWER_ID = 1 << 3 | VARINT;

  static final int HAS_HAS = 1 << 3 | VARINT;

  static final int HELLO_MIN_VERSION = 1 << 3 | VARINT;
  static final int HELLO_MAX_VERSION = 2 << 3 | VARINT;
  static final int HELLO_ROUTER = 3 << 3 | LEN;
  static final int HELLO_SAMPLER = 4 << 3 | LEN;
  static final int HELLO_ATTEMPT = 5 << 3 | VARINT;

  static final int PEER_NODE_ID = 1 << 3 | LEN;
  static final int PEER_VIEW_ID = 2 << 3 | VARINT;
  static final int PEER_NUMBER = 3 << 3 | VARINT;
  static final int PEER_BITS = 4 << 3 | FIXED64;

  static final int PART_SEQ = 1 << 3 | VARINT;
  static final int PART_FIRST_SEQ = 2 << 3 | VARINT;
  static final int PART_EPOCH_VIEW_ID = 3 << 3 | VARINT;
  static final int PART_EPOCH_NUMBER = 4 << 3 | VARINT;
  static final int PART_REPLAY = 5 << 3 | VARINT;
  static final int PART_AGE_MILLIS = 6 << 3 | VARINT;
  static final int PART_DEFINE = 7 << 3 | LEN;
  static final int PART_LOCAL = 8 << 3 | LEN;
  static final int PART_GROUP = 9 << 3 | LEN;

  static final int DEFINE_SLOT = 1 << 3 | VARINT;
  static final int DEFINE_HEADER = 2 << 3 | LEN;

  static final int GROUP_CONTEXT = 1 << 3 | VARINT;
  static final int GROUP_RESOURCE = 2 << 3 | VARINT;
  static final int GROUP_SCOPE = 3 << 3 | VARINT;
  static final int GROUP_SPANS = 4 << 3 | LEN;

  static final int PROGRESS_UP_TO_SEQ = 1 << 3 | VARINT;
  static final int PROGRESS_OLDEST_SEQ = 2 << 3 | VARINT;
  static final int PROGRESS_EPOCH_VIEW_ID = 3 << 3 | VARINT;
  static final int PROGRESS_EPOCH_NUMBER = 4 << 3 | VARINT;

  static final int FAREWELL_REASON = 1 << 3 | VARINT;
  static final int FAREWELL_MESSAGE = 2 << 3 | LEN;

  static final int SAMPLER_WELCOME = 1 << 3 | LEN;
  static final int SAMPLER_ACKS = 2 << 3 | LEN;
  static final int SAMPLER_ACK = 2 << 3 | VARINT;
  static final int SAMPLER_REFUSED = 3 << 3 | LEN;
  static final int SAMPLER_MARK = 4 << 3 | LEN;
  static final int SAMPLER_FAREWELL = 5 << 3 | LEN;
  static final int SAMPLER_WORD = 6 << 3 | LEN;

  static final int WORD_LOWERING = 1 << 3 | LEN;
  static final int WORD_QUESTION = 2 << 3 | LEN;
  static final int WORD_NEEDS_NOTHING = 3 << 3 | LEN;
  static final int WORD_ASK_HAS = 4 << 3 | LEN;
  static final int WORD_EMPTY = 5 << 3 | LEN;

  static final int LOWERING_ID = 1 << 3 | VARINT;
  static final int LOWERING_SEQ = 2 << 3 | VARINT;

  static final int QUESTION_ID = 1 << 3 | VARINT;
  static final int QUESTION_SLOTS = 2 << 3 | LEN;
  static final int QUESTION_EPOCH_VIEW_ID = 3 << 3 | VARINT;
  static final int QUESTION_EPOCH_NUMBER = 4 << 3 | VARINT;

  static final int NEEDS_NOTHING_LOST = 1 << 3 | LEN;
  static final int NEEDS_NOTHING_EPOCH_VIEW_ID = 2 << 3 | VARINT;
  static final int NEEDS_NOTHING_EPOCH_NUMBER = 3 << 3 | VARINT;

  static final int WELCOME_VERSION = 1 << 3 | VARINT;
  static final int WELCOME_SAMPLER = 2 << 3 | LEN;
  static final int WELCOME_SLOTS = 3 << 3 | VARINT;
  static final int WELCOME_BYTES = 4 << 3 | VARINT;
  static final int WELCOME_MAX_HEADER_BYTES = 5 << 3 | VARINT;

  static final int REFUSED_SEQ = 1 << 3 | VARINT;
  static final int REFUSED_KIND = 2 << 3 | VARINT;
  static final int REFUSED_EPOCH_VIEW_ID = 3 << 3 | VARINT;
  static final int REFUSED_EPOCH_NUMBER = 4 << 3 | VARINT;
  static final int REFUSED_RETRY_AFTER_MILLIS = 5 << 3 | VARINT;
  static final int REFUSED_MESSAGE = 6 << 3 | LEN;

  static final int MARK_SEQ = 1 << 3 | VARINT;
  static final int MARK_EPOCH_VIEW_ID = 2 << 3 | VARINT;
  static final int MARK_EPOCH_NUMBER = 3 << 3 | VARINT;

  private LinkFields() {}
}
