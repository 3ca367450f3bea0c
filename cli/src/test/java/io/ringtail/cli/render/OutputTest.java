package io.ringtail.cli.render;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringtail.admin.v1.Change;
import io.ringtail.admin.v1.ClusterStatus;
import io.ringtail.admin.v1.Drain;
import io.ringtail.admin.v1.Level;
import io.ringtail.admin.v1.NodeStatus;
import io.ringtail.admin.v1.SamplerStatus;
import io.ringtail.admin.v1.TraceAtNode;
import io.ringtail.cli.SampleAnswers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** What scripts rely on: a change here breaks them. */
class OutputTest {
  private static final Path GOLDEN = Path.of("src", "test", "resources");

  /** With {@code -Dringtail.golden.write=true} the files are written anew instead of compared. */
  private static void compare(String name, String printed) throws Exception {
    if (Boolean.getBoolean("ringtail.golden.write")) {
      Files.writeString(GOLDEN.resolve(name), printed);
    }
    assertThat(printed).isEqualTo(Files.readString(GOLDEN.resolve(name)));
  }

  @Test
  void json_aStatus_isAsItAlwaysWas() throws Exception {
    compare("status.json", Output.JSON.print(SampleAnswers.oneSilent()));
  }

  @Test
  void yaml_aStatus_isAsItAlwaysWas() throws Exception {
    compare("status.yaml", Output.YAML.print(SampleAnswers.oneSilent()));
  }

  @Test
  void json_defaults_areThereAndAbsentMessagesAreNull() {
    assertThat(Output.JSON.print(Level.getDefaultInstance()))
        .isEqualTo("{\"used\":0,\"capacity\":0}\n");
    assertThat(Output.JSON.print(ClusterStatus.getDefaultInstance()))
        .isEqualTo(
            "{\"cluster\":\"\",\"answered_by\":\"\",\"at_ms\":0,\"severity\":\"unspecified\","
                + "\"findings\":[],\"epoch\":null,\"epochs_agree\":false,\"nodes\":[]}\n");
  }

  @Test
  void json_numbers_areNumbersOfFullWidth() {
    SamplerStatus most = SamplerStatus.newBuilder().setDroppedTraces(-1).build();
    assertThat(Output.JSON.print(most)).contains("\"dropped_traces\":18446744073709551615");
    NodeStatus odd =
        NodeStatus.newBuilder().setSpansInPerSecond(Double.NaN).setMinSamplers(-1).build();
    assertThat(Output.JSON.print(odd))
        .contains("\"spans_in_per_second\":null", "\"min_samplers\":4294967295");
    assertThat(Output.YAML.print(most)).contains("dropped_traces: 18446744073709551615\n");
  }

  @Test
  void json_aValueOfANewerNode_isUnrecognized() {
    assertThat(Output.JSON.print(NodeStatus.newBuilder().setStateValue(77).build()))
        .contains("\"state\":\"unrecognized\"");
  }

  @Test
  void json_oneofAndMaps_haveWhatIsChosenInOrder() {
    Change drain = Change.newBuilder().setNodeId("a").setDrain(Drain.getDefaultInstance()).build();
    assertThat(Output.JSON.print(drain)).isEqualTo("{\"node_id\":\"a\",\"drain\":{}}\n");
    TraceAtNode trace = TraceAtNode.newBuilder().putContext("z", "1").putContext("a", "2").build();
    assertThat(Output.JSON.print(trace)).contains("\"context\":{\"a\":\"2\",\"z\":\"1\"}");
  }

  @Test
  void yaml_textsThatLookLikeNumbers_stayTexts() {
    Object read =
        new Load(LoadSettings.builder().build())
            .loadFromString(Output.YAML.print(Map.of("id", "0123", "no", "true", "n", 5L)));
    assertThat(read).isEqualTo(Map.of("id", "0123", "no", "true", "n", 5));
  }

  @Test
  void text_hasNoCommonForm() {
    assertThatThrownBy(() -> Output.TEXT.print(Map.of())).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> Output.JSON.print(Map.of("a", 'c')))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Character (expected a tree of plain values)");
  }
}
