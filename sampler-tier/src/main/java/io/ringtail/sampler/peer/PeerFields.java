package io.ringtail.sampler.peer;

import static io.ringtail.otlp.WireReader.FIXED64;
import static io.ringtail.otlp.WireReader.LEN;
import static io.ringtail.otlp.WireReader.VARINT;

/** Tags of what samplers say to each other; docs/peer-protocol.md numbers the fields. */
final class PeerFields {
  /** The only version there is; see docs/decisions/0006-versions.md. */
  static final int VERSION = 1;

  static final int HELLO = 1 << 3 | LEN;
  static final int FLOORS = 2 << 3 | LEN;
  static final int FLOORS_END = 3 << 3 | LEN;
  static final int TRANSFER = 4 << 3 | LEN;
  static final int NOTICE = 5 << 3 | LEN;
  static final int SETTLED = 6 << 3 | LEN;

  static final int HELLO_MIN_VERSION = 1 << 3 | VARINT;
  static final int HELLO_MAX_VERSION = 2 << 3 | VARINT;
  static final int HELLO_FROM = 3 << 3 | LEN;
  static final int HELLO_TO = 4 << 3 | LEN;
  static final int HELLO_ATTEMPT = 5 << 3 | VARINT;

  static final int FLOORS_ID = 1 << 3 | VARINT;
  static final int FLOORS_VIEW_ID = 2 << 3 | VARINT;
  static final int FLOORS_NUMBER = 3 << 3 | VARINT;
  static final int FLOORS_SEQ = 4 << 3 | LEN;

  static final int SEQ_ROUTER = 1 << 3 | LEN;
  static final int SEQ_SEQ = 2 << 3 | VARINT;

  static final int TRANSFER_ID = 1 << 3 | VARINT;
  static final int TRANSFER_VIEW_ID = 2 << 3 | VARINT;
  static final int TRANSFER_NUMBER = 3 << 3 | VARINT;
  static final int TRANSFER_ENTRIES = 4 << 3 | LEN;

  static final int NOTICE_ID = 1 << 3 | VARINT;
  static final int NOTICE_DECISIONS = 2 << 3 | LEN;

  static final int SETTLED_NOTICE = 1 << 3 | FIXED64;

  static final int WELCOME = 1 << 3 | LEN;
  static final int TRANSFER_TAKEN = 2 << 3 | VARINT;
  static final int TRANSFER_NOT_OWNER = 3 << 3 | LEN;
  static final int TRANSFER_FULL = 4 << 3 | VARINT;
  static final int NOTICE_TAKEN = 5 << 3 | VARINT;
  static final int FAREWELL = 6 << 3 | LEN;
  static final int NOTICE_NOT_OWNER = 7 << 3 | LEN;
  static final int TRANSFER_UNFIT = 8 << 3 | LEN;
  static final int NOTICE_UNFIT = 9 << 3 | VARINT;

  static final int WELCOME_VERSION = 1 << 3 | VARINT;
  static final int WELCOME_FROM = 2 << 3 | LEN;

  static final int NOT_OWNER_ID = 1 << 3 | VARINT;
  static final int NOT_OWNER_VIEW_ID = 2 << 3 | VARINT;
  static final int NOT_OWNER_NUMBER = 3 << 3 | VARINT;

  static final int UNFIT_ID = 1 << 3 | VARINT;
  static final int UNFIT_ENTRIES = 2 << 3 | LEN;

  static final int FAREWELL_REASON = 1 << 3 | LEN;

  private PeerFields() {}
}
