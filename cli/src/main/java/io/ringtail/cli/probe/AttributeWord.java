package io.ringtail.cli.probe;

import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * {@code key=value}: {@code true} and {@code false} are booleans, {@code 5} is an integer, {@code
 * 0.5} a double, all else text; in double quotes anything is text.
 */
final class AttributeWord implements ITypeConverter<KeyValue> {
  private static final Pattern INTEGER = Pattern.compile("-?[0-9]{1,18}");
  private static final Pattern DOUBLE = Pattern.compile("-?[0-9]+\\.[0-9]+");

  @Override
  public KeyValue convert(String word) {
    int equals = word.indexOf('=');
    if (equals < 1) {
      throw new TypeConversionException("\"" + word + "\" (expected: KEY=VALUE)");
    }
    return KeyValue.newBuilder()
        .setKey(word.substring(0, equals))
        .setValue(value(word.substring(equals + 1)))
        .build();
  }

  private static AnyValue value(String text) {
    AnyValue.Builder value = AnyValue.newBuilder();
    if (text.equals("true") || text.equals("false")) {
      return value.setBoolValue(text.equals("true")).build();
    }
    if (INTEGER.matcher(text).matches()) {
      return value.setIntValue(Long.parseLong(text)).build();
    }
    if (DOUBLE.matcher(text).matches()) {
      return value.setDoubleValue(Double.parseDouble(text)).build();
    }
    boolean quoted = text.length() > 1 && text.startsWith("\"") && text.endsWith("\"");
    return value.setStringValue(quoted ? text.substring(1, text.length() - 1) : text).build();
  }
}
