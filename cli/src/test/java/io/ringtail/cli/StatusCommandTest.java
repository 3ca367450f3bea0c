package io.ringtail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.ringtail.admin.findings.Findings;
import io.ringtail.cli.exit.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/**
 * Exit codes of {@code status}, and its page again and again. Its words are held by
 * StatusStatesTest.
 */
class StatusCommandTest extends WithNode {
  @Test
  void status_aDeadNode_exitOneWithCauseAndRemedyAndAShareOfTheTimeoutForOthers() {
    int[] deadline = new int[1];
    node.status =
        r -> {
          deadline[0] = r.getDeadlineMs();
          return SampleAnswers.oneSilent();
        };
    assertThat(run("nodes")).isEqualTo(ExitCode.PROBLEM);
    assertThat(out()).contains("silent");
    assertThat(runAsTyped(node.address(), List.of("status"))).isEqualTo(ExitCode.PROBLEM);
    assertThat(deadline[0]).isEqualTo(2000);
    assertThat(out())
        .startsWith("CRITICAL: 1 finding; cluster \"ringtail\", 1 router and 2 samplers\n")
        .contains("CRITICAL node-silent  sampler-1", "> If a process is dead", "silent");
  }

  @Test
  void status_failOn_saysFromWhere() {
    var noticed = SampleAnswers.status().toBuilder();
    noticed.getNodesBuilder(2).getStatusBuilder().setVersion("0.2.0");
    node.status = r -> Findings.addedTo(noticed.build());
    assertThat(run("status")).isEqualTo(ExitCode.OK);
    assertThat(out()).startsWith("OK, with 1 notice of what passes;");
    assertThat(run("status", "--fail-on", "warning")).isEqualTo(ExitCode.OK);
    assertThat(run("status", "--fail-on", "notice")).isEqualTo(ExitCode.PROBLEM);
    assertThat(run("status", "--watch", "-1")).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void status_watched_goesOnOverAFailureUntilNobodyReads() {
    int[] asked = new int[1];
    node.status =
        r -> {
          if (++asked[0] == 1) {
            throw Status.FAILED_PRECONDITION.withDescription("not now").asRuntimeException();
          }
          return SampleAnswers.status();
        };
    StringWriter page = new StringWriter();
    CommandLine command = commands.line();
    command.setOut(new PrintWriter(new Pipe(page), true));
    String[] words = {"status", "--watch", "1", "--timeout", "60s", "--node", node.address()};
    assertThat(command.execute(words)).isZero();
    assertThat(asked[0]).isEqualTo(2);
    assertThat(err()).isEqualTo("ringtail: not now\n");
    assertThat(page.toString()).startsWith("OK: nothing is wrong;");
  }

  /** Whose reader goes after the first page. */
  private static final class Pipe extends Writer {
    private final StringWriter page;

    Pipe(StringWriter page) {
      this.page = page;
    }

    @Override
    public void write(char[] text, int from, int length) {
      page.write(text, from, length);
    }

    @Override
    public void flush() throws IOException {
      if (!page.toString().isEmpty()) {
        throw new IOException("broken pipe");
      }
    }

    @Override
    public void close() {}
  }
}
