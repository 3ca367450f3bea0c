package io.ringtail.cli;

import io.ringtail.admin.v1.ChangeResult;
import io.ringtail.admin.v1.NodeMetrics;
import io.ringtail.admin.v1.NodeSettings;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A node that answers what it is told to, and commands that ask it. */
abstract class WithNode {
  final CommandRun commands = new CommandRun();
  FakeNode node;

  @BeforeEach
  void start() throws Exception {
    node = new FakeNode();
    node.status = r -> SampleAnswers.status();
    node.ring = r -> SampleAnswers.ring(r.getTraceId());
    node.trace =
        r ->
            SampleAnswers.trace(
                "found { node_id: 'sampler-1' state: OPEN spans: 12 bytes: 3456 age_seconds: 4.2"
                    + " due_in_seconds: 10.8 context { key: 'x-scope-orgid' value: 'a' } }");
    node.settings =
        r ->
            NodeSettings.newBuilder()
                .setNodeId(r.getNodeId().isEmpty() ? "router-0" : r.getNodeId())
                .setEffective("# cut\nnode:\n  id: " + r.getNodeId() + "\n  zone: a\nops: {}\n")
                .build();
    node.metrics =
        r ->
            NodeMetrics.newBuilder()
                .setNodeId(r.getNodeId())
                .setText("# HELP x y\nx{node=\"" + r.getNodeId() + "\"} 1\n")
                .build();
    node.plan = c -> SampleAnswers.plan("").toBuilder().setChange(c).build();
    node.apply =
        r ->
            ChangeResult.newBuilder()
                .setOutcome("done: " + r.getChange().getKindCase())
                .setPlan(SampleAnswers.plan(""))
                .build();
  }

  @AfterEach
  void stop() {
    node.close();
  }

  int run(String... words) {
    return runAt(node.address(), words);
  }

  /** With more time than commands have by themselves: this machine may stand still. */
  int runAt(String address, String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    if (!all.contains("--timeout")) {
      all.addAll(List.of("--timeout", "60s"));
    }
    return runAsTyped(address, all);
  }

  /** Runs a command that asks there; what was printed before is forgotten. */
  int runAsTyped(String address, List<String> words) {
    List<String> all = new ArrayList<>(words);
    all.addAll(List.of("--node", address));
    commands.clear();
    return commands.run(all.toArray(String[]::new));
  }

  String out() {
    return commands.out();
  }

  String err() {
    return commands.err();
  }
}
