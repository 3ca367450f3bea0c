package io.ringtail.it.docs;

import io.ringtail.config.ConfigFile;
import io.ringtail.config.ConfigSection;
import io.ringtail.memory.JvmMemory;
import io.ringtail.memory.MemoryLimits;
import io.ringtail.router.RouterMemory;
import io.ringtail.router.forward.ForwardConfig;
import io.ringtail.router.receive.ReceiveConfig;
import io.ringtail.router.retain.RetentionConfig;
import io.ringtail.sampler.SamplerMemory;
import io.ringtail.sampler.export.ExportConfig;
import io.ringtail.sampler.store.ShardConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * The tables in {@code docs/sizing.md} are what the plans give. With {@code
 * -Dringtail.docs.write=true} they are written anew instead of compared.
 */
class SizingPageTest {
  private static final Path PAGE = Path.of("..", "docs", "sizing.md");
  private static final List<Integer> LIMITS_MIB =
      List.of(384, 512, 768, 1024, 2048, 4096, 8192, 16_384);
  private static final int MIB_SHIFT = 20;
  private static final int HEAP_PERCENT = 33;

  @Test
  void sizingPage_routers_isWhatThePlanGives() throws IOException {
    compare(
        "routers",
        "log | coming in | held for samplers | largest request |",
        limits -> {
          RouterMemory plan =
              RouterMemory.of(
                  limits,
                  ReceiveConfig.defaults(),
                  ForwardConfig.defaults(),
                  RetentionConfig.defaults());
          return List.of(
              plan.retention().maxBytes(),
              plan.receive().maxBytesIncoming(),
              plan.forward().maxBytesHeld(),
              (long) plan.receive().maxRequestBytes());
        });
  }

  @Test
  void sizingPage_samplers_isWhatThePlanGives() throws IOException {
    ExportConfig export = ExportConfig.read(section("otlp: { endpoint: 'http://127.0.0.1:1' }"));
    ShardConfig shards = ShardConfig.read(section("shards: 2"));
    compare(
        "samplers",
        "buffered | export queue | on its way to the backend | being read |",
        limits -> {
          SamplerMemory plan = SamplerMemory.of(limits, shards, export);
          return List.of(
              plan.shards().maxBufferedBytes(),
              plan.export().maxQueuedBytes(),
              plan.exportBytes(),
              plan.readBytes());
        });
  }

  private static ConfigSection section(String text) {
    return ConfigFile.read("t.yaml", text, name -> null).root();
  }

  /**
   * @param columns titles of a tier's own, after those of both
   * @param bytes what stands in them, by what the JVM may take
   */
  private static void compare(String part, String columns, Function<MemoryLimits, List<Long>> bytes)
      throws IOException {
    StringBuilder table =
        new StringBuilder("| limit | heap | outside it | the JVM itself | " + columns + "\n")
            .append("|---|---|---|---|---|---|---|---|\n");
    for (long mib : LIMITS_MIB) {
      JvmMemory jvm = jvm(mib << MIB_SHIFT);
      MemoryLimits limits = jvm.limits();
      table.append("| ").append(mib).append(" MiB |");
      append(table, List.of(limits.heapBytes(), limits.directBytes(), jvm.overheadBytes()));
      append(table, bytes.apply(limits));
      table.append('\n');
    }
    new GeneratedPart(PAGE, "<!-- " + part + ": begin -->\n", "<!-- " + part + ": end -->\n")
        .requireIs(table.toString());
  }

  /** With the flags of scripts/jvm.flags. */
  private static JvmMemory jvm(long limitBytes) {
    return new JvmMemory(limitBytes, limitBytes * HEAP_PERCENT / 100, 1L << 40, false, 2);
  }

  private static void append(StringBuilder row, List<Long> bytes) {
    bytes.forEach(value -> row.append(' ').append(value >> MIB_SHIFT).append(" |"));
  }
}
