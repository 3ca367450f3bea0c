package io.ringtail.router.split;

import java.util.List;

/**
 * A request cut up.
 *
 * @param parts one for each owner that has spans in it; the receiver's to release
 * @param spanCount spans in all parts
 * @param rejectedSpans spans left out because their trace or span ID is not valid
 */
public record Split(List<Part> parts, long spanCount, long rejectedSpans) {
  public Split {
    parts = List.copyOf(parts);
  }
}
