package io.ringtail.sampler.policy;

import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.Otlp;
import io.ringtail.otlp.WireReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All attribute tests of a policy set, by key. A key is found by its length and its bytes, without
 * a {@code String}; the value is read only for a key that is asked for. Threads: the shard's.
 */
final class AttributeTests {
  private static final int LENGTHS = 64;

  private record Key(byte[] name, Bit[] tests) {}

  private record Bit(int word, long mask, ValueTest test) {}

  /** Keys whose length is the index modulo {@link #LENGTHS}. */
  private final Key[] @Nullable [] keysByLength = new Key[LENGTHS][];

  private final WireReader resourceReader = new WireReader();
  private final WireReader keyValueReader = new WireReader();
  private final AttributeValue value = new AttributeValue();
  private final boolean empty;
  private long keyLengths;

  AttributeTests(Map<SpanTest, Integer> bits) {
    Map<String, List<Bit>> byKey = new LinkedHashMap<>();
    bits.forEach(
        (test, bit) -> {
          if (test instanceof SpanTest.Attribute t) {
            byKey
                .computeIfAbsent(t.key(), k -> new ArrayList<>())
                .add(new Bit(bit >>> 6, 1L << bit, ValueTest.of(t)));
          }
        });
    empty = byKey.isEmpty();
    byKey.forEach((key, tests) -> add(key, tests.toArray(Bit[]::new)));
  }

  private void add(String key, Bit[] tests) {
    byte[] name = key.getBytes(StandardCharsets.UTF_8);
    int bucket = name.length % LENGTHS;
    keyLengths |= 1L << bucket;
    Key[] others = keysByLength[bucket];
    Key[] keys = others == null ? new Key[1] : Arrays.copyOf(others, others.length + 1);
    keys[keys.length - 1] = new Key(name, tests);
    keysByLength[bucket] = keys;
  }

  boolean isEmpty() {
    return empty;
  }

  /** Bit n is set if there is a key whose length is n modulo 64. */
  long keyLengths() {
    return keyLengths;
  }

  /** Tests the attributes in a resource header (see {@link io.ringtail.link.Header}). */
  void testResource(byte[] array, int offset, int length, long[] bits)
      throws MalformedWireException {
    int end = offset + length;
    WireReader in = resourceReader.reset(array, offset, end);
    while (in.next()) {
      if (in.tag() != Otlp.RESOURCE_SPANS_RESOURCE) {
        in.skip();
        continue;
      }
      int resourceEnd = in.readLength() + in.position();
      testAttributes(in.reset(array, in.position(), resourceEnd), bits);
      in.reset(array, resourceEnd, end);
    }
  }

  private void testAttributes(WireReader in, long[] bits) throws MalformedWireException {
    while (in.next()) {
      if (in.tag() != Otlp.RESOURCE_ATTRIBUTES) {
        in.skip();
        continue;
      }
      int length = in.readLength();
      int at = in.position();
      testKeyValue(in.array(), at, length, true, bits);
      in.position(at + length);
    }
  }

  /**
   * Tests one {@code KeyValue}, of a resource or of a span. Nearly all are a key of less than 128
   * bytes and then a value of less than 128, which need no reader.
   */
  void testKeyValue(byte[] array, int offset, int length, boolean resource, long[] bits)
      throws MalformedWireException {
    int keyLength = shortLength(array, offset, length, Otlp.KEY_VALUE_KEY);
    if (keyLength < 0) {
      readKeyValue(array, offset, length, resource, bits);
      return;
    }
    if (keysByLength[keyLength % LENGTHS] == null) {
      return;
    }
    int rest = length - 2 - keyLength;
    int valueAt = offset + 2 + keyLength;
    if (shortLength(array, valueAt, rest, Otlp.KEY_VALUE_VALUE) == rest - 2) {
      test(array, offset + 2, keyLength, valueAt + 2, rest - 2, resource, bits);
    } else {
      readKeyValue(array, offset, length, resource, bits);
    }
  }

  /** Length of the field that begins at {@code offset}; negative if it is none such, or longer. */
  private static int shortLength(byte[] array, int offset, int available, int tag) {
    if (available < 2 || array[offset] != tag || array[offset + 1] > available - 2) {
      return -1;
    }
    return array[offset + 1];
  }

  private void readKeyValue(byte[] array, int offset, int length, boolean resource, long[] bits)
      throws MalformedWireException {
    int keyAt = offset;
    int keyLength = 0;
    int valueAt = offset;
    int valueLength = 0;
    WireReader in = keyValueReader.reset(array, offset, offset + length);
    while (in.next()) {
      if (in.tag() == Otlp.KEY_VALUE_KEY) {
        keyLength = in.readLength();
        keyAt = in.position();
        in.position(keyAt + keyLength);
        if (keysByLength[keyLength % LENGTHS] == null) {
          return;
        }
      } else if (in.tag() == Otlp.KEY_VALUE_VALUE) {
        valueLength = in.readLength();
        valueAt = in.position();
        in.position(valueAt + valueLength);
      } else {
        in.skip();
      }
    }
    test(array, keyAt, keyLength, valueAt, valueLength, resource, bits);
  }

  private void test(
      byte[] array,
      int keyAt,
      int keyLength,
      int valueAt,
      int valueLength,
      boolean resource,
      long[] bits)
      throws MalformedWireException {
    Key key = find(array, keyAt, keyLength);
    if (key != null) {
      value.read(array, valueAt, valueAt + valueLength);
      run(key.tests(), resource, bits);
    }
  }

  private @Nullable Key find(byte[] array, int offset, int length) {
    Key[] keys = keysByLength[length % LENGTHS];
    if (keys == null) {
      return null;
    }
    for (Key key : keys) {
      byte[] name = key.name();
      if (name.length == length && Bytes.equal(name, array, offset, length)) {
        return key;
      }
    }
    return null;
  }

  private void run(Bit[] tests, boolean resource, long[] bits) {
    for (Bit bit : tests) {
      if ((bits[bit.word()] & bit.mask()) == 0 && bit.test().passes(value, resource)) {
        bits[bit.word()] |= bit.mask();
      }
    }
  }
}
