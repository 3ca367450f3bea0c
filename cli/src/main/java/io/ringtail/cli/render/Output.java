package io.ringtail.cli.render;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.Message;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/** How results are printed: text for people, the others for scripts. */
public enum Output {
  TEXT,
  /** One document a line. */
  JSON,
  /** Documents begin with {@code ---}. */
  YAML;

  /** What {@code --output} is described as. */
  public static final String DESCRIPTION = "text, json or yaml (default: ${DEFAULT-VALUE})";

  /**
   * A message as JSON or YAML, with a line end.
   *
   * @throws IllegalStateException for text, which each command has its own of
   */
  public String print(Message message) {
    return print(Fields.of(message));
  }

  /**
   * A tree of maps, lists, texts, numbers, booleans and nulls.
   *
   * @throws IllegalStateException for text
   */
  public String print(Map<String, ?> tree) {
    return switch (this) {
      case JSON -> json(tree) + "\n";
      case YAML -> yaml(tree);
      case TEXT -> throw new IllegalStateException("text has no common form");
    };
  }

  private static String yaml(Map<String, ?> tree) {
    DumpSettings settings =
        DumpSettings.builder()
            .setDefaultFlowStyle(FlowStyle.BLOCK)
            .setExplicitStart(true)
            .setIndicatorIndent(2)
            .setIndentWithIndicator(true)
            .setDereferenceAliases(true)
            .setSplitLines(false)
            .build();
    return new Dump(settings).dumpToString(tree);
  }

  private static String json(Map<String, ?> tree) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = new JsonFactory().createGenerator(text)) {
      write(out, tree);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private static void write(JsonGenerator out, @Nullable Object value) throws IOException {
    if (value == null) {
      out.writeNull();
    } else if (value instanceof Map<?, ?> map) {
      out.writeStartObject();
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        out.writeFieldName(String.valueOf(entry.getKey()));
        write(out, entry.getValue());
      }
      out.writeEndObject();
    } else if (value instanceof List<?> list) {
      out.writeStartArray();
      for (Object each : list) {
        write(out, each);
      }
      out.writeEndArray();
    } else {
      writeScalar(out, value);
    }
  }

  private static void writeScalar(JsonGenerator out, Object value) throws IOException {
    if (value instanceof String text) {
      out.writeString(text);
    } else if (value instanceof Boolean truth) {
      out.writeBoolean(truth);
    } else if (value instanceof Integer number) {
      out.writeNumber(number);
    } else if (value instanceof Long number) {
      out.writeNumber(number);
    } else if (value instanceof BigInteger number) {
      out.writeNumber(number);
    } else if (value instanceof Double number) {
      out.writeNumber(number);
    } else {
      throw new IllegalArgumentException(value.getClass() + " (expected a tree of plain values)");
    }
  }
}
