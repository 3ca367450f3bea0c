package io.ringtail.it.kubelet;

import java.math.BigDecimal;
import java.util.Map;

/** Quantities as Kubernetes writes them. */
final class Quantity {
  private static final Map<String, Long> UNITS =
      Map.of(
          "Ki",
          1L << 10,
          "Mi",
          1L << 20,
          "Gi",
          1L << 30,
          "k",
          1_000L,
          "M",
          1_000_000L,
          "G",
          1_000_000_000L,
          "",
          1L);

  private Quantity() {}

  /** Of memory. */
  static long bytes(String text) {
    String digits = text.replaceFirst("[A-Za-z]*$", "");
    Long unit = UNITS.get(text.substring(digits.length()));
    if (unit == null) {
      throw new IllegalArgumentException("a quantity of another unit: " + text);
    }
    return new BigDecimal(digits).multiply(BigDecimal.valueOf(unit)).longValueExact();
  }
}
