package io.ringtail.admin.findings;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.admin.v1.ClusterStatus;
import io.ringtail.admin.v1.Finding;
import io.ringtail.admin.v1.Severity;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * What holds of all findings. The wording is the product: each has its cause and its remedy, held
 * by the tests beside this one.
 */
class FindingsTest {
  private final SomeCluster cluster = new SomeCluster();

  @Test
  void healthy_nothingIsFound() {
    assertThat(cluster.found()).isEmpty();
    assertThat(cluster.status().getSeverity()).isEqualTo(Severity.OK);
  }

  @Test
  void addedTo_aStatusWithFindings_replacesThem() {
    ClusterStatus stale =
        cluster.status().toBuilder()
            .setSeverity(Severity.CRITICAL)
            .addFindings(Finding.newBuilder().setCode("stale"))
            .build();
    assertThat(Findings.addedTo(stale)).isEqualTo(cluster.status());
  }

  @Test
  void several_theWorstComesFirst() {
    cluster
        .node("s2", n -> n.setVersion("0.2.0"))
        .router("r1", r -> r.setRetentionShort(true))
        .destination("s0", d -> d.setFailingSeconds(60))
        .silent("s1", "refused");
    assertThat(cluster.found())
        .containsExactly(
            "critical node-silent [s1]",
            "critical backend-down [s0]",
            "warning retention-short [r1]",
            "notice versions-differ []");
    assertThat(cluster.status().getSeverity()).isEqualTo(Severity.CRITICAL);
  }

  @Test
  void threeHundredNodes_areNotAllNamed() {
    SomeCluster large = new SomeCluster();
    for (String s : List.of("s0", "s1", "s2")) {
      large.silent(s, "refused");
    }
    large.silent("r1", "refused");
    assertThat(Words.names(List.of("a", "b", "c", "d", "e"))).isEqualTo("a, b, c and 2 more");
    assertThat(large.status().getFindings(0).getCause()).startsWith("s0, s1 and s2 do not answer");
  }

  @Test
  void codes_each_isAWordOfItsOwn() {
    Set<String> codes = new HashSet<>();
    for (Code code : Code.values()) {
      assertThat(code.text()).matches("[a-z]+(-[a-z]+)*");
      assertThat(codes.add(code.text())).isTrue();
    }
  }
}
