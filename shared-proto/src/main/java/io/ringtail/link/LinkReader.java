package io.ringtail.link;

import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.WireReader;
import org.jspecify.annotations.Nullable;

/**
 * Walks what a router says on one link, message by message, and keeps the link's dictionary.
 *
 * <pre>{@code
 * reader.reset(array, start, end);            // one message of the stream
 * for (Frame f = reader.next(); f != Frame.END; f = reader.next()) {
 *   switch (f) {
 *     case HELLO -> greet(reader.hello());    // only the first of a link
 *     case PART -> take(reader.part());       // taken whole, or refused by its seq
 *     case PROGRESS -> progress(reader.progress());
 *     case WORD -> answered(reader.word());
 *     case FAREWELL -> closing(reader.farewell());
 *   }
 * }
 * }</pre>
 *
 * <p>The caller may stop between two frames and go on later (a part of a higher epoch waits,
 * protocol A4), as long as the array stays. Every message is walked to its {@link Frame#END}, also
 * when its parts are refused: definitions are learned from those too. After a {@link
 * MalformedWireException} the reader is of no more use; the link is closed.
 *
 * <p>Threads: one at a time. Buffers: the array is borrowed until the next reset. No garbage but
 * for new headers, hello, progress and words.
 */
public final class LinkReader {
  /** What {@link #next} came to. */
  public enum Frame {
    HELLO,
    PART,
    PROGRESS,
    WORD,
    FAREWELL,
    END
  }

  private final WireReader message = new WireReader();
  private final WireReader frame = new WireReader();
  private final DecodedPart part;
  private @Nullable Hello hello;
  private @Nullable Progress progress;
  private @Nullable RouterWord word;
  private @Nullable Farewell farewell;

  /**
   * @param limits as told to the router in the welcome
   */
  public LinkReader(DictionaryLimits limits) {
    part = new DecodedPart(new ReceiveDictionary(limits));
  }

  /** Starts on a message in {@code array[start, end)}. */
  public void reset(byte[] array, int start, int end) {
    message.reset(array, start, end);
  }

  /** Goes to the next frame; unknown ones are skipped. */
  public Frame next() throws MalformedWireException {
    while (message.next()) {
      switch (message.tag()) {
        case LinkFields.ROUTER_PART -> {
          part.read(message.enter(frame), message.array());
          return Frame.PART;
        }
        case LinkFields.ROUTER_PROGRESS -> {
          progress = Progress.read(message.enter(frame));
          return Frame.PROGRESS;
        }
        case LinkFields.ROUTER_WORD -> {
          word = RouterWords.read(message.enter(frame));
          if (word != null) { // else of a later version
            return Frame.WORD;
          }
        }
        case LinkFields.ROUTER_HELLO -> {
          hello = Hello.read(message.enter(frame));
          return Frame.HELLO;
        }
        case LinkFields.ROUTER_FAREWELL -> {
          farewell = Farewell.read(message.enter(frame));
          return Frame.FAREWELL;
        }
        default -> message.skip();
      }
    }
    return Frame.END;
  }

  /** The part {@link #next} came to; the same object each time, valid until the next call. */
  public PartView part() {
    return part;
  }

  public Hello hello() {
    return require(hello, Frame.HELLO);
  }

  public Progress progress() {
    return require(progress, Frame.PROGRESS);
  }

  public RouterWord word() {
    return require(word, Frame.WORD);
  }

  public Farewell farewell() {
    return require(farewell, Frame.FAREWELL);
  }

  private static <T> T require(@Nullable T value, Frame frame) {
    if (value == null) {
      throw new IllegalStateException("not at a " + frame);
    }
    return value;
  }
}
