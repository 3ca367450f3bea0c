package io.ringtail.sampler.policy;

import com.google.re2j.Pattern;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The compiled form of one {@link SpanTest.Attribute}. One a shard. Threads: the shard's. */
interface ValueTest {
  /**
   * @param resource whether the attribute is a resource's
   */
  boolean passes(AttributeValue value, boolean resource);

  static ValueTest of(SpanTest.Attribute test) {
    if (test instanceof SpanTest.StringIn t) {
      return new StringIn(t.values());
    }
    if (test instanceof SpanTest.StringFinds t) {
      return new StringFinds(t.patterns(), t.cacheSize());
    }
    if (test instanceof SpanTest.NumberIn t) {
      return (value, resource) -> numberIn(value, t.min(), t.max());
    }
    if (test instanceof SpanTest.BooleanIs t) {
      return (value, resource) ->
          value.kind() == AttributeValue.Kind.BOOLEAN && value.bool() == t.value();
    }
    throw new AssertionError(test);
  }

  private static boolean numberIn(AttributeValue value, long min, long max) {
    if (value.kind() == AttributeValue.Kind.INTEGER) {
      return value.integer() >= min && value.integer() <= max;
    }
    if (value.kind() != AttributeValue.Kind.DOUBLE) {
      return false;
    }
    double number = value.floating();
    return (number >= min || (min == Long.MIN_VALUE && number < 0))
        && (number <= max || (max == Long.MAX_VALUE && number > 0));
  }

  /** Set membership by bytes, after a look at the length; of few values, by comparing with each. */
  final class StringIn implements ValueTest {
    private static final int FEW = 4;

    private final byte[][] few;
    private final Set<Bytes> values = new HashSet<>();
    private final Bytes probe = new Bytes();
    private long lengths;

    StringIn(Set<String> strings) {
      for (String string : strings) {
        byte[] bytes = string.getBytes(StandardCharsets.UTF_8);
        values.add(new Bytes().set(bytes, 0, bytes.length));
        lengths |= 1L << bytes.length;
      }
      few =
          strings.size() > FEW
              ? new byte[0][]
              : strings.stream()
                  .map(string -> string.getBytes(StandardCharsets.UTF_8))
                  .toArray(byte[][]::new);
    }

    @Override
    public boolean passes(AttributeValue value, boolean resource) {
      int length = value.length();
      return length > 0
          && (lengths & 1L << length) != 0
          && (few.length > 0 ? isOneOfFew(value, length) : contains(value, length));
    }

    private boolean isOneOfFew(AttributeValue value, int length) {
      for (byte[] one : few) {
        if (one.length == length && Bytes.equal(one, value.array(), value.offset(), length)) {
          return true;
        }
      }
      return false;
    }

    private boolean contains(AttributeValue value, int length) {
      return values.contains(probe.set(value.array(), value.offset(), length));
    }
  }

  /**
   * Search by re2j on the bytes. Results of short values are remembered, so that the common few
   * cost a hash lookup and no garbage.
   */
  final class StringFinds implements ValueTest {
    private static final int MAX_CACHED_BYTES = 1024;

    private final List<Pattern> patterns;
    private final Map<Bytes, Boolean> results;
    private final Bytes probe = new Bytes();

    StringFinds(List<Pattern> patterns, int cacheSize) {
      this.patterns = patterns;
      this.results =
          new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<Bytes, Boolean> eldest) {
              return size() > cacheSize;
            }
          };
    }

    @Override
    public boolean passes(AttributeValue value, boolean resource) {
      int length = value.length();
      if (length == 0 && !resource) {
        return false;
      }
      if (length > MAX_CACHED_BYTES) {
        return search(value, length);
      }
      Boolean known = results.get(probe.set(value.array(), value.offset(), length));
      return known != null ? known : searchAndRemember(value, length);
    }

    private boolean searchAndRemember(AttributeValue value, int length) {
      boolean found = search(value, length);
      results.put(Bytes.copyOf(value.array(), value.offset(), length), found);
      return found;
    }

    private boolean search(AttributeValue value, int length) {
      byte[] bytes = Arrays.copyOfRange(value.array(), value.offset(), value.offset() + length);
      for (Pattern pattern : patterns) {
        if (pattern.matcher(bytes).find()) {
          return true;
        }
      }
      return false;
    }
  }
}
