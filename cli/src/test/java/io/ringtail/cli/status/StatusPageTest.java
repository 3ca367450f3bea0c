package io.ringtail.cli.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.admin.findings.Findings;
import io.ringtail.admin.v1.ClusterStatus;
import io.ringtail.admin.v1.NodeAnswer;
import io.ringtail.cli.SampleAnswers;
import io.ringtail.cli.render.Screen;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class StatusPageTest {
  private static final int WIDTH = 80;

  private static String page(ClusterStatus status, boolean all, int width, boolean colour) {
    StringWriter text = new StringWriter();
    Screen screen = new Screen(new PrintWriter(text), width, colour, false);
    new StatusPage(status, all).print(screen);
    screen.flush();
    return text.toString();
  }

  private static String page(ClusterStatus status) {
    return page(status, false, WIDTH, false);
  }

  @Test
  void healthy_atEightyColumns_saysSoFirstAndHasEveryFigure() {
    assertThat(page(SampleAnswers.status())).isEqualTo(EXPECTED);
  }

  private static final String EXPECTED =
      """
      OK: nothing is wrong; cluster "ringtail", 1 router and 2 samplers
      epoch 3.7@sampler-0, used by all that answered; table 00000000deadbeef; asked
      router-0 at 2023-11-14T22:13:20Z

      1 router
                state   version   up  spans/s  out/s   B/s  conns  in flight    held
      router-0  active  0.1.0    24h      12k    617  9.4M     12  1.0M/256M  0/256M

                      log  covers  links  replays  p50/99 ms  refused/m  lost/m
      router-0  100M/512M     81s    2/2        -    1.8/7.0          0       0

                incarnation
      router-0  0123abcd

      2 samplers
                 state   version   up   share  spans/s  kept/s    traces   buffered
      sampler-0  active  0.1.0    24h   50.0%      12k     617  1.2k/50k  118M/1.0G
      sampler-1  active  0.1.0    24h   50.0%      12k     617  1.2k/50k  118M/1.0G
      all 2      active  0.1.0         100.0%      25k    1.2k      2.5k       235M

                 oldest     queue  backend  moving  remembers  refused/m  lost/m
      sampler-0     14s  1.0M/64M  works    -         60m/10m          0       0
      sampler-1     14s  1.0M/64M  works    -         60m/10m          0       0
      all 2         14s      2.0M  works    -                          0       0

                 incarnation
      sampler-0  0123abcd
      sampler-1  0123abcd
      all 2      0123abcd

               reason  1 min  15 min  since start            nodes    last
      refused  busy        0       0          120  requests      1  2h ago
      """;

  @Test
  void anyPage_atEightyColumns_fits() {
    for (ClusterStatus status :
        List.of(SampleAnswers.status(), SampleAnswers.oneSilent(), large(300, 7))) {
      for (boolean all : new boolean[] {false, true}) {
        assertThat(page(status, all, WIDTH, false).lines())
            .allSatisfy(line -> assertThat(line.length()).as(line).isLessThanOrEqualTo(WIDTH));
      }
    }
  }

  @Test
  void aWideScreen_hasOneTableATier() {
    String page = page(SampleAnswers.status(), false, 250, false);
    assertThat(page.lines().filter(l -> l.startsWith("sampler-0"))).hasSize(1);
    assertThat(page(SampleAnswers.status()).lines().filter(l -> l.startsWith("sampler-0")))
        .hasSizeGreaterThan(1);
  }

  @Test
  void aSilentNode_hasARowAndIsLeftOutOfTheSum() {
    String page = page(SampleAnswers.oneSilent(), false, 250, false);
    assertThat(page.lines().filter(l -> l.startsWith("sampler-1")).findFirst().orElseThrow())
        .matches("sampler-1 +silent( +-)+");
    assertThat(page.lines().filter(l -> l.startsWith("all 2")).findFirst().orElseThrow())
        .contains("12k");
  }

  @Test
  void threeHundredNodes_onlyThoseNamedAndTheSum_allOnRequest() {
    ClusterStatus large = large(300, 7);
    String page = page(large, false, 250, false);
    assertThat(page)
        .contains("300 samplers, 293 of them not shown, which no finding names (--all shows them)");
    assertThat(page.lines().filter(l -> l.startsWith("s-"))).hasSize(7);
    assertThat(page.lines().filter(l -> l.startsWith("all 300"))).hasSize(1);
    assertThat(page.lines().count()).isLessThan(40);
    assertThat(page(large, true, 250, false).lines().filter(l -> l.startsWith("s-"))).hasSize(300);
  }

  /** So many samplers, some of which do not answer. */
  private static ClusterStatus large(int samplers, int silent) {
    ClusterStatus small = SampleAnswers.status();
    ClusterStatus.Builder large = small.toBuilder().clearNodes().addNodes(small.getNodes(0));
    for (int i = 0; i < samplers; i++) {
      String id = "s-" + i;
      NodeAnswer.Builder node = small.getNodes(1).toBuilder();
      node.getMemberBuilder().setNodeId(id).setSlotShare(1.0 / samplers);
      if (i < silent) {
        node.clearStatus().setNoAnswer("no answer within 2000 ms");
      } else {
        node.getStatusBuilder().setNodeId(id);
      }
      large.addNodes(node);
    }
    return Findings.addedTo(large.build());
  }

  @Test
  void colours_onATerminalAlone_markTheSeverity() {
    assertThat(page(SampleAnswers.oneSilent(), false, WIDTH, true))
        .startsWith("\u001b[31;1mCRITICAL: ")
        .contains("\u001b[1m2 samplers\u001b[0m");
    assertThat(page(SampleAnswers.oneSilent())).doesNotContain("\u001b");
  }

  @Test
  void noEpoch_isSaid() {
    assertThat(page(SampleAnswers.status().toBuilder().clearEpoch().build()))
        .contains("no epoch yet; asked router-0 at 2023-11-14T22:13:20Z");
  }
}
