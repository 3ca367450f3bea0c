package io.ringtail.cli.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.proto.common.v1.AnyValue;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.TypeConversionException;

class AttributeWordTest {
  private static AnyValue value(String text) {
    return new AttributeWord().convert("k=" + text).getValue();
  }

  @Test
  void value_looksLikeAType_hasIt() {
    assertThat(value("true").getBoolValue()).isTrue();
    assertThat(value("false").getValueCase()).isEqualTo(AnyValue.ValueCase.BOOL_VALUE);
    assertThat(value("-5").getIntValue()).isEqualTo(-5);
    assertThat(value("0.5").getDoubleValue()).isEqualTo(0.5);
    assertThat(value("gold=x").getStringValue()).isEqualTo("gold=x");
    assertThat(value("\"5\"").getStringValue()).isEqualTo("5");
    assertThat(value("1234567890123456789012").getStringValue()).hasSize(22);
    assertThat(value("").getStringValue()).isEmpty();
  }

  @Test
  void word_withoutAKey_refused() {
    for (String word : new String[] {"k", "=v", ""}) {
      assertThatThrownBy(() -> new AttributeWord().convert(word))
          .isInstanceOf(TypeConversionException.class)
          .hasMessageContaining("expected: KEY=VALUE");
    }
  }
}
