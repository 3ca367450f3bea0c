package io.ringtail.otlp;

/**
 * Tags (field number and wire type in one) of the OTLP messages Ringtail walks. Source:
 * opentelemetry-proto 1.11.0, trace/v1/trace.proto and common/v1/common.proto.
 */
public final class Otlp {
  /** ExportTraceServiceRequest.resource_spans and TracesData.resource_spans. */
  public static final int REQUEST_RESOURCE_SPANS = 1 << 3 | WireReader.LEN;

  public static final int RESOURCE_SPANS_RESOURCE = 1 << 3 | WireReader.LEN;
  public static final int RESOURCE_SPANS_SCOPE_SPANS = 2 << 3 | WireReader.LEN;
  public static final int RESOURCE_SPANS_SCHEMA_URL = 3 << 3 | WireReader.LEN;

  public static final int SCOPE_SPANS_SCOPE = 1 << 3 | WireReader.LEN;
  public static final int SCOPE_SPANS_SPANS = 2 << 3 | WireReader.LEN;
  public static final int SCOPE_SPANS_SCHEMA_URL = 3 << 3 | WireReader.LEN;

  public static final int RESOURCE_ATTRIBUTES = 1 << 3 | WireReader.LEN;

  public static final int SPAN_TRACE_ID = 1 << 3 | WireReader.LEN;
  public static final int SPAN_SPAN_ID = 2 << 3 | WireReader.LEN;
  public static final int SPAN_TRACE_STATE = 3 << 3 | WireReader.LEN;
  public static final int SPAN_PARENT_SPAN_ID = 4 << 3 | WireReader.LEN;
  public static final int SPAN_NAME = 5 << 3 | WireReader.LEN;
  public static final int SPAN_KIND = 6 << 3 | WireReader.VARINT;
  public static final int SPAN_START_TIME = 7 << 3 | WireReader.FIXED64;
  public static final int SPAN_END_TIME = 8 << 3 | WireReader.FIXED64;
  public static final int SPAN_ATTRIBUTES = 9 << 3 | WireReader.LEN;
  public static final int SPAN_EVENTS = 11 << 3 | WireReader.LEN;
  public static final int SPAN_LINKS = 13 << 3 | WireReader.LEN;
  public static final int SPAN_STATUS = 15 << 3 | WireReader.LEN;
  public static final int SPAN_FLAGS = 16 << 3 | WireReader.FIXED32;

  public static final int STATUS_CODE = 3 << 3 | WireReader.VARINT;

  public static final int KEY_VALUE_KEY = 1 << 3 | WireReader.LEN;
  public static final int KEY_VALUE_VALUE = 2 << 3 | WireReader.LEN;

  public static final int ANY_STRING = 1 << 3 | WireReader.LEN;
  public static final int ANY_BOOL = 2 << 3 | WireReader.VARINT;
  public static final int ANY_INT = 3 << 3 | WireReader.VARINT;
  public static final int ANY_DOUBLE = 4 << 3 | WireReader.FIXED64;

  private Otlp() {}
}
