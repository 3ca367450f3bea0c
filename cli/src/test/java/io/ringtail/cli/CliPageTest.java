package io.ringtail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.ringtail.admin.findings.Code;
import io.ringtail.admin.v1.ChangeResult;
import io.ringtail.admin.v1.ClusterStatus;
import io.ringtail.admin.v1.NodeMetrics;
import io.ringtail.admin.v1.NodeSettings;
import io.ringtail.admin.v1.Ring;
import io.ringtail.admin.v1.TraceReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * {@code docs/cli.md} has every command, every field that is printed with the schema's own comment,
 * and every kind of finding. With {@code -Dringtail.docs.write=true} its generated parts are
 * written anew instead of compared.
 */
class CliPageTest {
  private static final Path PAGE = Path.of("..", "docs", "cli.md");
  private static final Path SCHEMA =
      Path.of(
          "..", "shared-proto", "src", "main", "proto", "ringtail", "admin", "v1", "admin.proto");
  private static final List<Descriptor> PRINTED =
      List.of(
          ClusterStatus.getDescriptor(),
          Ring.getDescriptor(),
          TraceReport.getDescriptor(),
          ChangeResult.getDescriptor(),
          NodeSettings.getDescriptor(),
          NodeMetrics.getDescriptor());
  private static final Pattern OPENS = Pattern.compile("(?:message|enum) (\\w+) \\{.*");
  private static final Pattern FIELD = Pattern.compile("(?:[\\w<>, ]+ )?(\\w+) = \\d+;");

  @Test
  void page_commands_areThoseThatThereAre() throws IOException {
    StringBuilder table = new StringBuilder("\n| command | what it does |\n|---|---|\n");
    rows(Ringtail.commandLine(), table);
    compare("commands", table.append('\n').toString());
  }

  private static void rows(CommandLine command, StringBuilder table) {
    List<CommandLine> children = new ArrayList<>(command.getSubcommands().values());
    if (command.getCommandSpec().parent() != null) { // of methods, which have no order
      children.sort(Comparator.comparing(CommandLine::getCommandName));
    }
    for (CommandLine child : children) {
      CommandSpec spec = child.getCommandSpec();
      if (child.getSubcommands().isEmpty()) {
        String words = spec.usageMessage().description()[0].replace("%n", " ").replace("|", "\\|");
        table.append("| `%s` | %s |\n".formatted(spec.qualifiedName(), words));
      }
      rows(child, table);
    }
  }

  @Test
  void page_shapes_areThoseOfTheSchemaWithItsComments() throws IOException {
    Map<String, String> comments = comments();
    Map<String, Descriptor> messages = new LinkedHashMap<>();
    PRINTED.forEach(message -> reach(message, messages));
    StringBuilder text = new StringBuilder("\n");
    for (Descriptor message : messages.values()) {
      text.append("### ").append(message.getName()).append("\n\n");
      String about = comments.getOrDefault(message.getName(), "");
      text.append(about.isEmpty() ? "" : about + "\n\n");
      if (!message.getFields().isEmpty()) {
        text.append("| field | type | meaning |\n|---|---|---|\n");
        for (FieldDescriptor field : message.getFields()) {
          text.append(row(message, field, comments));
        }
        text.append('\n');
      }
    }
    compare("shapes", text.toString());
  }

  private static void reach(Descriptor message, Map<String, Descriptor> reached) {
    if (reached.putIfAbsent(message.getName(), message) == null) {
      for (FieldDescriptor field : message.getFields()) {
        if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE && !field.isMapField()) {
          reach(field.getMessageType(), reached);
        }
      }
    }
  }

  private static String row(
      Descriptor message, FieldDescriptor field, Map<String, String> comments) {
    String key = message.getName() + "." + field.getName();
    String meaning = comments.getOrDefault(key, "").replace("|", "\\|");
    return "| `%s` | %s | %s |\n".formatted(field.getName(), type(field), meaning);
  }

  private static String type(FieldDescriptor field) {
    if (field.isMapField()) {
      return "texts by name";
    }
    String single =
        switch (field.getJavaType()) {
          case MESSAGE ->
              "[%s](#%s)"
                  .formatted(
                      field.getMessageType().getName(),
                      field.getMessageType().getName().toLowerCase(Locale.ROOT));
          case ENUM -> values(field.getEnumType());
          case BOOLEAN -> "true or false";
          case STRING -> "text";
          case INT, LONG, DOUBLE -> "number";
          case FLOAT, BYTE_STRING -> throw new AssertionError(field);
        };
    return field.isRepeated() ? "list of " + single : single;
  }

  private static String values(EnumDescriptor type) {
    return type.getValues().stream()
        .map(v -> v.getName().toLowerCase(Locale.ROOT))
        .filter(name -> !name.endsWith("_unspecified"))
        .map(name -> "`" + name + "`")
        .collect(Collectors.joining(", "));
  }

  /** By {@code Message} and {@code Message.field}, with lines joined. */
  private static Map<String, String> comments() throws IOException {
    Map<String, String> comments = new HashMap<>();
    StringBuilder comment = new StringBuilder();
    String message = "";
    for (String each : Files.readAllLines(SCHEMA)) {
      String line = each.strip();
      Matcher opens = OPENS.matcher(line);
      Matcher field = FIELD.matcher(line);
      if (line.startsWith("//")) {
        comment.append(comment.isEmpty() ? "" : " ").append(line.substring(2).strip());
        continue;
      } else if (opens.matches()) {
        message = opens.group(1);
        comments.put(message, comment.toString());
      } else if (field.matches()) {
        comments.put(message + "." + field.group(1), comment.toString());
      }
      comment.setLength(0);
    }
    return comments;
  }

  @Test
  void page_findings_areAllThereAre() throws IOException {
    Matcher row =
        Pattern.compile("(?m)^\\| `([a-z-]+)` \\| (?:notice|warning|critical)").matcher(page());
    List<String> found = row.results().map(r -> r.group(1)).toList();
    assertThat(found)
        .containsExactlyElementsOf(Arrays.stream(Code.values()).map(Code::text).toList());
  }

  private static String page() throws IOException {
    return Files.readString(PAGE);
  }

  private static void compare(String part, String made) throws IOException {
    String begin = "<!-- generated " + part + ": begin -->\n";
    String end = "<!-- generated " + part + ": end -->";
    String page = page();
    int from = page.indexOf(begin) + begin.length();
    int to = page.indexOf(end);
    if (Boolean.getBoolean("ringtail.docs.write")) {
      Files.writeString(PAGE, page.substring(0, from) + made + page.substring(to));
    }
    assertThat(page().substring(from, page().indexOf(end)))
        .as("docs/cli.md; write it anew with -Dringtail.docs.write=true")
        .isEqualTo(made);
  }
}
