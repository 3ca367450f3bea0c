package io.ringtail.link;

import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.WireReader;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The configured request headers that travel with spans to the backend ({@code X-Scope-OrgID}), as
 * a {@link Header}: a trace is known by its context and its ID. Names are in lower case and sorted,
 * so equal headers give equal bytes. On the wire: {@code map<string, string> headers = 1}.
 */
public final class RequestContext {
  private static final int ENTRY = 1 << 3 | WireReader.LEN;
  private static final int KEY = 1 << 3 | WireReader.LEN;
  private static final int VALUE = 2 << 3 | WireReader.LEN;

  private RequestContext() {}

  /**
   * @param headers name to value; empty gives {@link Header#EMPTY}
   */
  public static Header of(Map<String, String> headers) {
    if (headers.isEmpty()) {
      return Header.EMPTY;
    }
    SortedMap<String, String> sorted = new TreeMap<>();
    headers.forEach((name, value) -> sorted.put(name.toLowerCase(Locale.ROOT), value));
    WireWriter out = new WireWriter(64);
    WireWriter entry = new WireWriter(64);
    for (Map.Entry<String, String> e : sorted.entrySet()) {
      entry.clear();
      entry.stringField(KEY, e.getKey());
      entry.stringField(VALUE, e.getValue());
      out.messageField(ENTRY, entry);
    }
    return new Header(out.toByteArray());
  }

  /** The headers again, sorted by name. */
  public static SortedMap<String, String> headers(Header context) throws MalformedWireException {
    SortedMap<String, String> headers = new TreeMap<>();
    WireReader in = new WireReader().reset(context.bytes(), 0, context.size());
    WireReader inner = new WireReader();
    while (in.next()) {
      if (in.tag() == ENTRY) {
        readEntry(in.enter(inner), headers);
      } else {
        in.skip();
      }
    }
    return headers;
  }

  private static void readEntry(WireReader in, Map<String, String> headers)
      throws MalformedWireException {
    String key = "";
    String value = "";
    while (in.next()) {
      switch (in.tag()) {
        case KEY -> key = LinkWire.string(in);
        case VALUE -> value = LinkWire.string(in);
        default -> in.skip();
      }
    }
    headers.put(key, value);
  }
}
