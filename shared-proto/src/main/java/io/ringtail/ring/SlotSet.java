package io.ringtail.ring;

import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.WireReader;
import io.ringtail.trace.TraceHash;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A set of slots, as in "replay these" or "these are held". Immutable; threads: any. */
public final class SlotSet {
  public static final SlotSet NONE = new SlotSet(new BitSet());
  public static final SlotSet ALL = where(slot -> true);

  private static final byte DELTAS = 1;
  private static final byte BITMAP = 2;

  private static final int UNCOUNTED = -1;

  private final BitSet slots;

  /** Counted when first asked for; who asks at once counts the same. */
  private int size = UNCOUNTED;

  /** Made when first asked for: the same question goes to every router. */
  private volatile byte @Nullable [] encoded;

  private SlotSet(BitSet slots) {
    this.slots = slots;
  }

  /** Asks for each of the {@link TraceHash#SLOTS} slots: some 0.3 ms, so not on the data path. */
  public static SlotSet where(IntPredicate in) {
    BitSet slots = new BitSet(TraceHash.SLOTS);
    for (int slot = 0; slot < TraceHash.SLOTS; slot++) {
      if (in.test(slot)) {
        slots.set(slot);
      }
    }
    return new SlotSet(slots);
  }

  /**
   * The slots of each owner.
   *
   * @param owners by slot, each from 0 on
   * @param count how many owners there are
   */
  static List<SlotSet> byOwner(short[] owners, int count) {
    List<BitSet> sets = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      sets.add(new BitSet(owners.length));
    }
    for (int slot = 0; slot < owners.length; slot++) {
      sets.get(owners[slot]).set(slot);
    }
    return sets.stream().map(SlotSet::new).toList();
  }

  public static SlotSet of(int... slots) {
    BitSet set = new BitSet(TraceHash.SLOTS);
    for (int slot : slots) {
      set.set(slot);
    }
    return new SlotSet(set);
  }

  /**
   * @param words slot 0 is the lowest bit of the first
   */
  public static SlotSet ofBits(long[] words) {
    return new SlotSet(BitSet.valueOf(words));
  }

  /** What {@code member} owns in {@code after} and did not own in {@code before}. */
  public static SlotSet gained(RingTable before, RingTable after, String member) {
    int then = before.indexOf(member).orElse(Integer.MIN_VALUE);
    int now = after.indexOf(member).orElse(Integer.MIN_VALUE);
    return where(slot -> after.ownerIndex(slot) == now && before.ownerIndex(slot) != then);
  }

  public boolean contains(int slot) {
    return slots.get(slot);
  }

  public boolean isEmpty() {
    return slots.isEmpty();
  }

  public int size() {
    int counted = size;
    if (counted == UNCOUNTED) {
      counted = slots.cardinality();
      size = counted;
    }
    return counted;
  }

  public boolean intersects(SlotSet other) {
    return slots.intersects(other.slots);
  }

  public SlotSet and(SlotSet other) {
    if (isSame(other) || isEmpty()) {
      return this;
    }
    if (!intersects(other)) {
      return NONE;
    }
    BitSet both = (BitSet) slots.clone();
    both.and(other.slots);
    return new SlotSet(both);
  }

  public SlotSet or(SlotSet other) {
    if (isSame(other) || other.isEmpty()) {
      return this;
    }
    if (isEmpty()) {
      return other;
    }
    BitSet either = (BitSet) slots.clone();
    either.or(other.slots);
    return new SlotSet(either);
  }

  public SlotSet without(SlotSet other) {
    if (isSame(other)) {
      return NONE;
    }
    if (!intersects(other)) {
      return this;
    }
    BitSet rest = (BitSet) slots.clone();
    rest.andNot(other.slots);
    return rest.isEmpty() ? NONE : new SlotSet(rest);
  }

  /** Most sets are of whole tables, of which there is one object each: no bit need be looked at. */
  @SuppressWarnings("ReferenceEquality")
  private boolean isSame(SlotSet other) {
    return this == other;
  }

  /**
   * As words carry it: one byte for the form, then either each slot's distance from the one before
   * (the first: from −1) as varints, or a bitmap, least bit first, to its last byte that is not 0;
   * whichever is shorter. At most 32 KiB and a byte.
   *
   * @return the same array each time, not to be changed
   */
  public byte[] encoded() {
    byte[] known = encoded;
    if (known == null) {
      known = encode();
      encoded = known;
    }
    return known;
  }

  private byte[] encode() {
    byte[] bitmap = slots.toByteArray();
    byte[] out = new byte[1 + bitmap.length];
    if (size() >= bitmap.length) { // a distance takes at least one byte
      return bitmap(out, bitmap);
    }
    int at = 1;
    int before = -1;
    for (int slot = slots.nextSetBit(0); slot >= 0; slot = slots.nextSetBit(slot + 1)) {
      int rest = slot - before;
      if (at + 3 > out.length) { // a distance takes at most three bytes
        return bitmap(out, bitmap);
      }
      for (; rest > 0x7f; rest >>>= 7) {
        out[at++] = (byte) (rest | 0x80);
      }
      out[at++] = (byte) rest;
      before = slot;
    }
    out[0] = DELTAS;
    return Arrays.copyOf(out, at);
  }

  private static byte[] bitmap(byte[] out, byte[] bits) {
    System.arraycopy(bits, 0, out, 1, bits.length);
    out[0] = BITMAP;
    return out;
  }

  /**
   * Reads what {@link #encoded} wrote.
   *
   * @throws MalformedWireException if it is neither form, or names a slot there is not
   */
  public static SlotSet decoded(byte[] array, int start, int end) throws MalformedWireException {
    if (start >= end || (array[start] != DELTAS && array[start] != BITMAP)) {
      throw new MalformedWireException("slots: unknown form");
    }
    return array[start] == BITMAP
        ? ofBitmap(array, start + 1, end)
        : ofDeltas(new WireReader().reset(array, start + 1, end));
  }

  private static SlotSet ofBitmap(byte[] array, int start, int end) throws MalformedWireException {
    if (end - start > TraceHash.SLOTS / Byte.SIZE) {
      throw new MalformedWireException("slots: bitmap of " + (end - start) + " bytes");
    }
    return new SlotSet(BitSet.valueOf(ByteBuffer.wrap(array, start, end - start)));
  }

  private static SlotSet ofDeltas(WireReader in) throws MalformedWireException {
    BitSet slots = new BitSet();
    long slot = -1;
    while (in.position() < in.end()) {
      long distance = in.readVarint();
      slot += distance;
      if (distance <= 0 || distance > TraceHash.SLOTS || slot >= TraceHash.SLOTS) {
        throw new MalformedWireException(
            "slots: " + slot + " after a distance of " + distance + " (expected ascending slots)");
      }
      slots.set((int) slot);
    }
    return new SlotSet(slots);
  }

  /** The slots, ascending. */
  public IntStream stream() {
    return slots.stream();
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof SlotSet other && slots.equals(other.slots);
  }

  @Override
  public int hashCode() {
    return slots.hashCode();
  }

  @Override
  public String toString() {
    return size() + " slots";
  }
}
