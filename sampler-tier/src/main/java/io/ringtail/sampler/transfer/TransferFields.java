package io.ringtail.sampler.transfer;

import static io.ringtail.otlp.WireReader.FIXED64;
import static io.ringtail.otlp.WireReader.LEN;
import static io.ringtail.otlp.WireReader.VARINT;

/** Tags of a batch, as the package's description numbers its fields. */
final class TransferFields {
  static final int ROUTER = 1 << 3 | LEN;
  static final int CONTEXT = 2 << 3 | LEN;
  static final int GROUP = 3 << 3 | LEN;
  static final int POLICY = 4 << 3 | LEN;
  static final int NOTES = 5 << 3 | LEN;
  static final int DECISIONS = 6 << 3 | LEN;
  static final int TRACE = 7 << 3 | LEN;
  static final int SEEN = 8 << 3 | LEN;

  static final int ROUTER_NODE_ID = 1 << 3 | LEN;
  static final int ROUTER_VIEW_ID = 2 << 3 | VARINT;
  static final int ROUTER_NUMBER = 3 << 3 | VARINT;
  static final int ROUTER_BITS = 4 << 3 | FIXED64;

  static final int GROUP_RESOURCE = 1 << 3 | LEN;
  static final int GROUP_SCOPE = 2 << 3 | LEN;

  static final int TRACE_TRACE_ID = 1 << 3 | LEN;
  static final int TRACE_CONTEXT = 2 << 3 | VARINT;
  static final int TRACE_NOTES = 3 << 3 | VARINT;
  static final int TRACE_AGE = 4 << 3 | VARINT;
  static final int TRACE_REMAINING = 5 << 3 | VARINT;
  static final int TRACE_POLICY = 6 << 3 | VARINT;
  static final int TRACE_GROUP = 7 << 3 | VARINT;
  static final int TRACE_SPAN = 8 << 3 | LEN;
  static final int TRACE_PIECE = 9 << 3 | VARINT;

  private TransferFields() {}
}
