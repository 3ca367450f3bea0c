package io.ringtail.otlp.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One JSON body as tokens, with the proto3 JSON mapping of scalars. A {@code null} is an absent
 * field and never seen by the caller. The text of a value is lent until the next token.
 *
 * <p>Threads: one at a time.
 */
final class JsonTokens {
  /** JSON levels; a nested AnyValue takes four. */
  private static final int MAX_DEPTH = 500;

  /** Longest number read as one, in any notation: 64 bits take 20 digits. */
  private static final int MAX_NUMBER_CHARS = 1000;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNumberLength(MAX_NUMBER_CHARS)
                  .build())
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
          .build();

  /** How Jackson tells a place; the body has no name to tell. */
  private static final Pattern SOURCE =
      Pattern.compile("\\[Source: [^;\\]]*; (line: \\d+, column: \\d+)]");

  private static final BigDecimal MIN_SIGNED = BigDecimal.valueOf(Long.MIN_VALUE);
  private static final BigDecimal MAX_SIGNED = BigDecimal.valueOf(Long.MAX_VALUE);
  private static final BigDecimal MAX_UNSIGNED =
      new BigDecimal(BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE));

  private final JsonParser parser;
  private JsonToken token = JsonToken.NOT_AVAILABLE;
  private String field = "";

  /** Stands where no body is being read. */
  static final JsonTokens NONE = new JsonTokens(new byte[0], 0, 0);

  JsonTokens(byte[] input, int offset, int length) {
    try {
      parser = FACTORY.createParser(input, offset, length);
    } catch (IOException e) {
      throw new UncheckedIOException("reading from an array", e);
    }
  }

  /** Gives the parser's buffers back for the next body. */
  void close() {
    try {
      parser.close();
    } catch (IOException e) {
      throw new UncheckedIOException("closing an array", e);
    }
  }

  /** Reads the body's opening brace. */
  void beginBody() throws MalformedJsonException {
    JsonToken first = nextOrEnd();
    if (first == null) {
      throw malformed("empty body", "a JSON object");
    }
    token = first;
    expectObject();
  }

  void endBody() throws MalformedJsonException {
    if (nextOrEnd() != null) {
      throw malformed("more after the object", "the end of the body");
    }
  }

  /**
   * Goes to the next field of this object that is not null, and to its value.
   *
   * @return its name; null behind the last one
   */
  @Nullable String nextField() throws MalformedJsonException {
    try {
      while (true) {
        String name = parser.nextFieldName();
        if (name == null) {
          return null;
        }
        field = name;
        token = parser.nextToken();
        if (token != JsonToken.VALUE_NULL) {
          return name;
        }
      }
    } catch (IOException e) {
      throw malformed(e);
    }
  }

  /** Goes to the next element of this array; false behind the last one. */
  boolean nextElement() throws MalformedJsonException {
    JsonToken next = nextOrEnd();
    if (next == null) {
      throw malformed("end of the body", "]");
    }
    token = next;
    return next != JsonToken.END_ARRAY;
  }

  boolean isNull() {
    return token == JsonToken.VALUE_NULL;
  }

  void expectObject() throws MalformedJsonException {
    expect(JsonToken.START_OBJECT, "an object");
  }

  void expectArray() throws MalformedJsonException {
    expect(JsonToken.START_ARRAY, "an array");
  }

  void expectString(String expected) throws MalformedJsonException {
    expect(JsonToken.VALUE_STRING, expected);
  }

  private void expect(JsonToken wanted, String expected) throws MalformedJsonException {
    if (token != wanted) {
      throw unexpected(expected);
    }
  }

  /** Passes the present value, however deep. */
  void skip() throws MalformedJsonException {
    try {
      parser.skipChildren();
    } catch (IOException e) {
      throw malformed(e);
    }
  }

  char[] text() throws MalformedJsonException {
    try {
      return parser.getTextCharacters();
    } catch (IOException e) {
      throw malformed(e);
    }
  }

  int textOffset() throws MalformedJsonException {
    try {
      return parser.getTextOffset();
    } catch (IOException e) {
      throw malformed(e);
    }
  }

  int textLength() throws MalformedJsonException {
    try {
      return parser.getTextLength();
    } catch (IOException e) {
      throw malformed(e);
    }
  }

  String string() throws MalformedJsonException {
    expectString("a string");
    return new String(text(), textOffset(), textLength());
  }

  boolean bool() throws MalformedJsonException {
    if (token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE) {
      return token == JsonToken.VALUE_TRUE;
    }
    throw unexpected("true or false");
  }

  double number() throws MalformedJsonException {
    String expected = "a number, \"NaN\", \"Infinity\" or \"-Infinity\"";
    if (token != JsonToken.VALUE_STRING && !token.isNumeric()) {
      throw unexpected(expected);
    }
    String value = new String(text(), textOffset(), textLength());
    return switch (value) {
      case "NaN", "Infinity", "-Infinity" -> Double.parseDouble(value);
      default -> finite(value, expected);
    };
  }

  private double finite(String value, String expected) throws MalformedJsonException {
    double number = isDecimal(value) ? Double.parseDouble(value) : Double.NaN;
    if (!Double.isFinite(number)) {
      throw unexpected(expected);
    }
    return number;
  }

  /** Digits, signs, point and exponent only: Java's parser also takes "1f" and "0x1p3". */
  private static boolean isDecimal(String value) {
    boolean digits = false;
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      boolean digit = c >= '0' && c <= '9';
      digits |= digit;
      boolean afterExponent = i > 0 && (value.charAt(i - 1) | 0x20) == 'e';
      boolean sign = (c == '-' && i == 0) || ((c == '-' || c == '+') && afterExponent);
      boolean exponent = digits && (c | 0x20) == 'e' && value.indexOf(c, i + 1) < 0;
      if (!digit && !sign && !exponent && c != '.') {
        return false;
      }
    }
    return digits && isDigit(value.charAt(value.length() - 1));
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  /** A signed 64-bit integer: number or string, in any notation of an integral value. */
  long int64() throws MalformedJsonException {
    return integer(MIN_SIGNED, MAX_SIGNED, "a 64-bit integer");
  }

  /** An unsigned 64-bit integer: number or string. */
  long uint64() throws MalformedJsonException {
    return integer(BigDecimal.ZERO, MAX_UNSIGNED, "an unsigned 64-bit integer");
  }

  /** An unsigned 32-bit integer: number or string. */
  int uint32() throws MalformedJsonException {
    String expected = "an unsigned 32-bit integer";
    long value = integer(BigDecimal.ZERO, MAX_UNSIGNED, expected);
    if (value >>> 32 != 0) {
      throw unexpected(expected);
    }
    return (int) value;
  }

  /** An enum: its number, never its name; numbers this version does not know are kept. */
  int enumNumber() throws MalformedJsonException {
    String expected = "the integer of an enum value, not its name";
    if (!token.isNumeric()) {
      throw unexpected(expected);
    }
    long value = integer(MIN_SIGNED, MAX_SIGNED, expected);
    if (value != (int) value) {
      throw unexpected(expected);
    }
    return (int) value;
  }

  private long integer(BigDecimal min, BigDecimal max, String expected)
      throws MalformedJsonException {
    if (token != JsonToken.VALUE_STRING && !token.isNumeric()) {
      throw unexpected(expected);
    }
    int length = textLength();
    char[] text = text();
    int at = textOffset();
    int end = at + length;
    // nineteen digits up to 8999… surely fit: nanoseconds since 1970
    if (length == 0 || length > (text[at] <= '8' ? 19 : 18)) {
      return largeInteger(min, max, expected);
    }
    boolean negative = text[at] == '-' && min.signum() < 0 && end - at > 1;
    long value = 0;
    for (int i = negative ? at + 1 : at; i < end; i++) {
      if (!isDigit(text[i])) {
        return largeInteger(min, max, expected);
      }
      value = value * 10 + (text[i] - '0');
    }
    return negative ? -value : value;
  }

  /** Longer numbers, exponents and points. Huge exponents are refused, not computed. */
  private long largeInteger(BigDecimal min, BigDecimal max, String expected)
      throws MalformedJsonException {
    if (textLength() > MAX_NUMBER_CHARS) {
      throw unexpected(expected);
    }
    String value = new String(text(), textOffset(), textLength());
    try {
      BigDecimal number = isDecimal(value) ? new BigDecimal(value) : MIN_SIGNED.add(MIN_SIGNED);
      if (number.signum() == 0) {
        return 0;
      }
      int integerDigits = number.precision() - number.scale();
      if (integerDigits > 0
          && integerDigits <= 20
          && number.compareTo(min) >= 0
          && number.compareTo(max) <= 0) {
        return number.toBigIntegerExact().longValue();
      }
    } catch (ArithmeticException | NumberFormatException e) {
      throw unexpected(expected);
    }
    throw unexpected(expected);
  }

  private @Nullable JsonToken nextOrEnd() throws MalformedJsonException {
    try {
      return parser.nextToken();
    } catch (IOException e) {
      throw malformed(e);
    }
  }

  /** The present value is not what its field takes. */
  MalformedJsonException unexpected(String expected) throws MalformedJsonException {
    JsonLocation at = parser.currentTokenLocation();
    String where = field.isEmpty() ? "" : field + ": ";
    return new MalformedJsonException(
        at.getLineNr(), at.getColumnNr(), where + found() + " (expected: " + expected + ")");
  }

  private String found() throws MalformedJsonException {
    return switch (token) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      default -> {
        int shown = Math.min(textLength(), 40);
        String text = new String(text(), textOffset(), shown) + (shown < textLength() ? "…" : "");
        yield token == JsonToken.VALUE_STRING ? '"' + text + '"' : text;
      }
    };
  }

  private MalformedJsonException malformed(String found, String expected) {
    JsonLocation at = parser.currentLocation();
    return new MalformedJsonException(
        at.getLineNr(), at.getColumnNr(), found + " (expected: " + expected + ")");
  }

  private MalformedJsonException malformed(IOException e) {
    JsonLocation at = parser.currentLocation();
    String message = e.getMessage();
    if (e instanceof JsonProcessingException json) {
      at = json.getLocation() == null ? at : json.getLocation();
      message = withoutSource(String.valueOf(json.getOriginalMessage()));
    }
    return new MalformedJsonException(at.getLineNr(), at.getColumnNr(), message + "");
  }

  /**
   * Jackson names the parser's source where it says where an open object began; there is none to
   * name.
   */
  private static String withoutSource(String message) {
    return SOURCE.matcher(message).replaceAll("$1");
  }
}
