package io.ringtail.router.receive;

import io.grpc.Metadata;
import io.netty.handler.codec.http.HttpHeaders;
import io.ringtail.link.Header;
import io.ringtail.link.RequestContext;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Takes the configured headers out of a request. Equal headers give the same {@link Header} object,
 * so that nothing is encoded again for the next request of a tenant; when {@value #MAX_INTERNED}
 * are known the table starts over. Threads: any.
 */
final class ContextHeaders {
  private static final int MAX_INTERNED = 4096;

  private final List<String> names;
  private final List<Metadata.Key<String>> keys;
  private final ConcurrentHashMap<String, Header> interned = new ConcurrentHashMap<>();

  /**
   * @param names sorted, in lower case
   */
  ContextHeaders(List<String> names) {
    this.names = names;
    this.keys =
        names.stream()
            .map(name -> Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER))
            .toList();
  }

  Header of(Metadata metadata) {
    if (names.isEmpty()) {
      return Header.EMPTY;
    }
    @Nullable String[] values = new @Nullable String[names.size()];
    for (int i = 0; i < values.length; i++) {
      Iterable<String> all = metadata.getAll(keys.get(i));
      values[i] = all == null ? null : String.join(",", all);
    }
    return intern(values);
  }

  Header of(HttpHeaders headers) {
    if (names.isEmpty()) {
      return Header.EMPTY;
    }
    @Nullable String[] values = new @Nullable String[names.size()];
    for (int i = 0; i < values.length; i++) {
      List<String> all = headers.getAll(names.get(i));
      values[i] = all.isEmpty() ? null : String.join(",", all);
    }
    return intern(values);
  }

  private Header intern(@Nullable String[] values) {
    String key = key(values);
    if (key == null) {
      return Header.EMPTY;
    }
    Header known = interned.get(key);
    if (known != null) {
      return known;
    }
    if (interned.size() >= MAX_INTERNED) {
      interned.clear();
    }
    Header encoded = encode(values);
    Header raced = interned.putIfAbsent(key, encoded);
    return raced == null ? encoded : raced;
  }

  /** The values with control characters between them, which no header value has; null if none. */
  private static @Nullable String key(@Nullable String[] values) {
    if (values.length == 1) {
      return values[0];
    }
    boolean any = false;
    StringBuilder key = new StringBuilder();
    for (String value : values) {
      any |= value != null;
      key.append(value == null ? "\u0001" : value).append('\u0000');
    }
    return any ? key.toString() : null;
  }

  private Header encode(@Nullable String[] values) {
    TreeMap<String, String> headers = new TreeMap<>();
    for (int i = 0; i < values.length; i++) {
      String value = values[i];
      if (value != null) {
        headers.put(names.get(i), value);
      }
    }
    return RequestContext.of(headers);
  }
}
