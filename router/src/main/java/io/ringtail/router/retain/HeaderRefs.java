package io.ringtail.router.retain;

import io.ringtail.link.Header;
import java.util.HashMap;
import java.util.Map;

/**
 * The headers of logged parts, each kept once however many refer to it. Threads: one. They lie on
 * the Java heap; most are also in the splitters' table.
 */
final class HeaderRefs {
  private static final int OVERHEAD_BYTES = 128;

  private final Map<Header, Ref> refs = new HashMap<>();
  private long bytes;

  private static final class Ref {
    final Header header;
    int count;

    Ref(Header header) {
      this.header = header;
    }
  }

  /** Bytes of all of them, with what it costs to keep them. */
  long bytes() {
    return bytes;
  }

  /** The one to keep for {@code header}; to be given back by {@link #release}. */
  Header acquire(Header header) {
    if (header.size() == 0) {
      return Header.EMPTY;
    }
    Ref ref = refs.get(header);
    if (ref == null) {
      ref = new Ref(header);
      refs.put(header, ref);
      bytes += header.size() + OVERHEAD_BYTES;
    }
    ref.count++;
    return ref.header;
  }

  void release(Header header) {
    Ref ref = refs.get(header);
    if (ref != null && --ref.count == 0) {
      refs.remove(header);
      bytes -= header.size() + OVERHEAD_BYTES;
    }
  }
}
