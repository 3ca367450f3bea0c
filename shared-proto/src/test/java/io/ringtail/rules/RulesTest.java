package io.ringtail.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringtail.metrics.Metrics;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RulesTest {
  @AfterEach
  void forget() {
    System.clearProperty(Rules.PROPERTY);
  }

  @Test
  void rules_ofAProcessToldNothing_areAllInForce() {
    assertThat(Rules.ofProcess().off()).isEmpty();
    assertThat(Rule.values()).allMatch(Rules.ALL::inForce);
  }

  @Test
  void rules_named_areNotInForceAndAllOthersAre() {
    System.setProperty(Rules.PROPERTY, "O3, H1");
    Rules rules = Rules.ofProcess();
    assertThat(rules.off()).containsExactly(Rule.H1, Rule.O3);
    assertThat(Rule.values())
        .filteredOn(rules::inForce)
        .doesNotContain(Rule.H1, Rule.O3)
        .hasSize(Rule.values().length - 2);
  }

  @Test
  void rules_ofAWrongName_areRefusedWithWhatThereIs() {
    System.setProperty(Rules.PROPERTY, "H1,H9");
    assertThatThrownBy(Rules::ofProcess)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            "-Dringtail.unsafe.rules-off: no such rule: \"H9\" (expected some of [A7,");
  }

  @Test
  void metric_ofANodeWithoutSomeRules_countsThem() {
    Metrics metrics = new Metrics();
    Rules.without("H1,O3").announce("s0", metrics);
    assertThat(metrics.registry().getGauges().values())
        .hasSize(1)
        .allMatch(g -> g.getValue().equals(2.0));
  }
}
