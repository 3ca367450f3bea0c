package io.ringtail.it.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A part of a page that the product or its schema says, between two comments. With {@code
 * -Dringtail.docs.write=true} it is written anew instead of compared.
 *
 * @param begin the line before it, with its end
 * @param end the line after it
 */
public record GeneratedPart(Path page, String begin, String end) {
  /** Fails unless the page has this there. */
  public void requireIs(String made) throws IOException {
    String text = Files.readString(page);
    int from = text.indexOf(begin) + begin.length();
    int to = text.indexOf(end);
    assertThat(text).as("%s", page).contains(begin);
    assertThat(to).as("%s in %s, after its begin", end.strip(), page).isGreaterThanOrEqualTo(from);
    if (Boolean.getBoolean("ringtail.docs.write")) {
      Files.writeString(page, text.substring(0, from) + made + text.substring(to));
    } else {
      assertThat(text.substring(from, to))
          .as("%s; write it anew with -Dringtail.docs.write=true", page)
          .isEqualTo(made);
    }
  }
}
