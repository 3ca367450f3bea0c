package io.ringtail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.cli.exit.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that show one thing: the ring, a trace, metrics, settings. */
class LookupCommandsTest extends WithNode {
  @TempDir private Path dir;

  @Test
  void ringShow_membersThatOwn_withTheirShareOfAFairOne() {
    assertThat(run("ring", "show")).isEqualTo(ExitCode.OK);
    assertThat(out())
        .contains(
            "epoch 3.7@sampler-0, table 00000000deadbeef\n",
            "262,144 slots, 2 owners\n",
            "sampler-0  active     100  51.0%          1.020")
        .doesNotContain("router-0");
  }

  @Test
  void ringOwner_ofANode_hasTheEpochToo() {
    assertThat(run("ring", "owner", SampleAnswers.TRACE.toUpperCase(Locale.ROOT)))
        .isEqualTo(ExitCode.OK);
    assertThat(out())
        .contains(
            "slot   4242",
            "owner  sampler-1 since epoch 3.5@sampler-0",
            "heir   sampler-0",
            "epoch");
    assertThat(run("ring", "owner", "--output", "json", SampleAnswers.TRACE)).isEqualTo(0);
    assertThat(out())
        .isEqualTo(
            "{\"trace_id\":\""
                + SampleAnswers.TRACE
                + "\",\"slot\":4242,\"owner\":\"sampler-1\",\"heir\":\"sampler-0\","
                + "\"table_checksum\":\"00000000deadbeef\",\"members\":2,"
                + "\"epoch\":\"3.7@sampler-0\",\"since\":\"3.5@sampler-0\"}\n");
    node.ring = r -> SampleAnswers.ring("");
    assertThat(run("ring", "owner", SampleAnswers.TRACE)).isEqualTo(ExitCode.PROBLEM);
    assertThat(err()).contains("nobody owns it");
  }

  @Test
  void trace_open_decidedAndUnknown_eachInItsWords() {
    assertThat(run("trace", SampleAnswers.TRACE)).isEqualTo(ExitCode.OK);
    assertThat(out())
        .contains(
            "owner   sampler-1, slot 4242, since epoch 3.5@sampler-0; heir sampler-0\n",
            "open    sampler-1: 12 spans, 3.4 KiB, first seen 4.2s ago, due in 11s, context"
                + " {x-scope-orgid=a}\n");
    node.trace =
        r ->
            SampleAnswers.trace(
                "found { node_id: 'sampler-0' state: KEPT policy: 'errors' decided_at_ms: 1000 }"
                    + " found { node_id: 'sampler-1' state: OPEN spans: 1 bytes: 5"
                    + " due_in_seconds: -3 waits_for: 'held' } silent: 'sampler-2'");
    assertThat(run("trace", SampleAnswers.TRACE)).isEqualTo(ExitCode.OK);
    assertThat(out())
        .contains("kept    sampler-0: by policy errors, ", " ago (1970-01-01T00:00:01Z)")
        .contains("1 span, 5 B, first seen 0.0s ago, overdue by 3.0s, waits: held\n")
        .contains("silent  sampler-2: what they know is not here\n");
    node.trace = r -> SampleAnswers.trace("");
    assertThat(run("trace", SampleAnswers.TRACE)).isEqualTo(ExitCode.PROBLEM);
    assertThat(out())
        .contains(
            "not known: never seen, or decided too long ago; decisions are remembered for 60m"
                + " (kept) and 10m (dropped)");
    assertThat(run("trace", "4bf9")).isEqualTo(ExitCode.USAGE);
    assertThat(err()).contains("\"4bf9\" is no trace ID (expected 32 hex digits");
  }

  @Test
  void metrics_text_isThePageItself() {
    assertThat(run("metrics", "sampler-1")).isEqualTo(ExitCode.OK);
    assertThat(out()).isEqualTo("# HELP x y\nx{node=\"sampler-1\"} 1\n");
  }

  @Test
  void configPrint_aNode_itsSettingsWithWhatItCut() {
    assertThat(run("config", "print", "sampler-1")).isEqualTo(ExitCode.OK);
    assertThat(out()).isEqualTo("# cut\nnode:\n  id: sampler-1\n  zone: a\nops: {}\n");
  }

  @Test
  void configDiff_twoNodes_keysThatDifferAndExitOne() {
    assertThat(run("config", "diff", "sampler-1", "sampler-2")).isEqualTo(ExitCode.PROBLEM);
    assertThat(out()).isEqualTo("node.id\n  sampler-1: sampler-1\n  sampler-2: sampler-2\n");
    assertThat(run("config", "diff", "a", "a")).isEqualTo(ExitCode.OK);
    assertThat(out()).isEmpty();
    assertThat(err()).isEqualTo("no setting that both have differs\n");
  }

  @Test
  void configDiff_aFile_othersTiersSectionsAreNamedOnly() throws Exception {
    Path file = Files.writeString(dir.resolve("r.yaml"), "node: {id: router-0, zone: b}\n");
    assertThat(run("config", "diff", file.toString(), "router-0", "--output", "json"))
        .isEqualTo(ExitCode.PROBLEM);
    assertThat(out())
        .contains("{\"key\":\"node.zone\",\"left\":\"b\",\"right\":\"a\"}")
        .contains("\"only_left\":[", "\"router\"");
    assertThat(run("config", "diff", dir + "/none.yaml", "router-0")).isEqualTo(ExitCode.PROBLEM);
    assertThat(err()).contains("none.yaml has problems");
  }
}
