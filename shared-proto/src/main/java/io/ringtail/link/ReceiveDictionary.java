package io.ringtail.link;

import io.ringtail.otlp.MalformedWireException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The sampler's side of a link's dictionary: does what the router says, within the limits. */
final class ReceiveDictionary {
  private final DictionaryLimits limits;
  private @Nullable Header[] slots = new Header[16];
  private long bytes;

  ReceiveDictionary(DictionaryLimits limits) {
    this.limits = limits;
  }

  int slotLimit() {
    return limits.slots();
  }

  /**
   * @param header null to forget what is in the slot
   */
  void define(int slot, @Nullable Header header) throws MalformedWireException {
    if (slot < 1 || slot > limits.slots()) {
      throw new MalformedWireException(
          "dictionary slot " + slot + " (expected 1 to " + limits.slots() + ")");
    }
    if (slot >= slots.length) {
      slots = Arrays.copyOf(slots, Math.max(slot + 1, 2 * slots.length));
    }
    Header old = slots[slot];
    bytes += (header == null ? 0 : header.size()) - (old == null ? 0 : old.size());
    slots[slot] = header;
    if (bytes > limits.bytes()) {
      throw new MalformedWireException(
          "dictionary of " + bytes + " bytes (expected at most " + limits.bytes() + ")");
    }
  }

  Header get(int slot) throws MalformedWireException {
    Header header = slot < slots.length ? slots[slot] : null;
    if (header == null) {
      throw new MalformedWireException("dictionary slot " + slot + " is not defined");
    }
    return header;
  }
}
