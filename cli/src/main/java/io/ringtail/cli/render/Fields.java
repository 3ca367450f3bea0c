package io.ringtail.cli.render;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.MapEntry;
import com.google.protobuf.Message;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A message as a tree of plain values, in a form that scripts can rely on: every field is there, in
 * the order and by the name of the schema, also one that has its default; 64-bit integers are
 * numbers; enum values are lower case; an absent message is null, and so is a number that is none.
 * Only of a oneof the fields not chosen are left out.
 *
 * <p>Protobuf's own JSON writes 64-bit integers as texts and leaves out what is zero, so that a
 * script would have to know the schema to tell "none" from "not there".
 */
public final class Fields {
  private static final String UNSPECIFIED = "_UNSPECIFIED";

  private Fields() {}

  public static Map<String, @Nullable Object> of(Message message) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      if (field.getRealContainingOneof() != null && !message.hasField(field)) {
        continue;
      }
      fields.put(field.getName(), value(message, field));
    }
    return fields;
  }

  private static @Nullable Object value(Message message, FieldDescriptor field) {
    if (field.isMapField()) {
      return map((List<?>) message.getField(field));
    }
    if (field.isRepeated()) {
      List<@Nullable Object> values = new ArrayList<>();
      for (Object each : (List<?>) message.getField(field)) {
        values.add(single(field, each));
      }
      return values;
    }
    if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE && !message.hasField(field)) {
      return null;
    }
    return single(field, message.getField(field));
  }

  /** Sorted, as the order on the wire says nothing. */
  private static Map<String, @Nullable Object> map(List<?> entries) {
    Map<String, @Nullable Object> sorted = new TreeMap<>();
    for (Object each : entries) {
      MapEntry<?, ?> entry = (MapEntry<?, ?>) each;
      FieldDescriptor value = entry.getDescriptorForType().findFieldByName("value");
      sorted.put(String.valueOf(entry.getKey()), single(value, entry.getField(value)));
    }
    return sorted;
  }

  private static @Nullable Object single(FieldDescriptor field, Object value) {
    return switch (field.getType()) {
      case MESSAGE -> of((Message) value);
      case ENUM -> text((EnumValueDescriptor) value);
      case UINT64, FIXED64 -> unsigned((Long) value);
      case UINT32, FIXED32 -> Integer.toUnsignedLong((Integer) value);
      case DOUBLE -> Double.isFinite((Double) value) ? value : null;
      case BOOL, STRING, INT32, INT64, SINT32, SINT64, SFIXED32, SFIXED64 -> value;
      case FLOAT, BYTES, GROUP ->
          throw new IllegalArgumentException(field.getFullName() + ": " + field.getType());
    };
  }

  private static Object unsigned(long value) {
    return value >= 0 ? (Object) value : new BigInteger(Long.toUnsignedString(value));
  }

  private static String text(EnumValueDescriptor value) {
    if (value.getIndex() < 0) {
      return "unrecognized"; // of a newer node
    }
    String name = value.getName();
    return (name.endsWith(UNSPECIFIED) ? UNSPECIFIED.substring(1) : name).toLowerCase(Locale.ROOT);
  }
}
