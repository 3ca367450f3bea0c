package io.ringtail.sampler.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TraceIdChanceTest {
  @ParameterizedTest
  @CsvSource({
    "0.1, 18446744073709551",
    "1, 184467440737095519",
    "10, 1844674407370955263",
    "25, 4611686018427387903",
    "33, 6087425544324152319",
    "50, 9223372036854775807",
    "99.9, 18428297329635844095",
    "100, 18446744073709551615",
    "150, 18446744073709551615",
    "0, 0",
    "-50, 0",
  })
  void threshold_H2_exact(double percentage, String expected) {
    assertThat(Long.toUnsignedString(TraceIdChance.threshold(percentage))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "00000000000000000000000000000000, e19536eed1bbac3d, 88.119",
    "0102030405060708090a0b0c0d0e0f10, dbcf64d5420f4cad, 85.864",
    "0af7651916cd43dd8448eb211c80319c, 33bf83d45f51634c, 20.215",
    "4bf92f3577b34da6a3ce929d0e0e4736, a54533ba2e4970b5, 64.559",
    "ffffffffffffffffffffffffffffffff, 17bec3739634fe2d, 9.276",
  })
  void hash_H3_defaultSalt_exact(String id, String hash, double keptFrom) {
    long hi = Long.parseUnsignedLong(id.substring(0, 16), 16);
    long lo = Long.parseUnsignedLong(id.substring(16), 16);
    TraceIdChance kept = TraceIdChance.of(keptFrom + 0.001, "");

    assertThat(Long.toHexString(kept.hash(hi, lo))).isEqualTo(hash);
    assertThat(kept.keeps(hi, lo)).isTrue();
    assertThat(TraceIdChance.of(keptFrom - 0.001, "").keeps(hi, lo)).isFalse();
  }

  @Test
  void hash_H4_ownSalt_exact() {
    TraceIdChance chance = TraceIdChance.of(50, "test-salt");
    assertThat(Long.toHexString(chance.hash(0, 0))).isEqualTo("8149711e69875cc0");
    assertThat(Long.toHexString(chance.hash(0x0af7651916cd43ddL, 0x8448eb211c80319cL)))
        .isEqualTo("df9caa2a9f0d52f1");
  }

  @ParameterizedTest
  @CsvSource({
    "0,'',0",
    "25,'',25",
    "33,'',33",
    "33,salt,33",
    "100,'',100",
    "-50,'',0",
    "150,'',100"
  })
  void keeps_H1_randomIds_shareAsConfigured(double percentage, String salt, double expected) {
    long seed = 20261121;
    Random random = new Random(seed);
    TraceIdChance chance = TraceIdChance.of(percentage, salt);
    int ids = 100_000;
    int kept = 0;
    for (int i = 0; i < ids; i++) {
      kept += chance.keeps(random.nextLong(), random.nextLong()) ? 1 : 0;
    }
    // The vector's ±0.2 is 1.4 standard deviations at 33 %; this seed is within.
    assertThat(100.0 * kept / ids).as("seed " + seed).isCloseTo(expected, within(0.2));
  }
}
