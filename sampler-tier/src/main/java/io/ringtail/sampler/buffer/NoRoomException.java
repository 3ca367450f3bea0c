package io.ringtail.sampler.buffer;

/** There is no block for what was reserved: a want of memory, no fault of what was to be stored. */
public final class NoRoomException extends IllegalStateException {
  private static final long serialVersionUID = 1;

  NoRoomException(String message) {
    super(message);
  }
}
