package io.ringtail.sampler;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.config.ConfigFile;
import io.ringtail.memory.JvmMemory;
import io.ringtail.memory.MemoryLimits;
import io.ringtail.sampler.export.ExportConfig;
import io.ringtail.sampler.store.ShardConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The table of samplers in {@code docs/sizing.md} is what the plan gives. With {@code
 * -Dringtail.docs.write=true} it is written anew instead of compared.
 */
class SamplerSizingPageTest {
  private static final Path PAGE = Path.of("..", "docs", "sizing.md");
  private static final String BEGIN = "<!-- samplers: begin -->\n";
  private static final String END = "<!-- samplers: end -->\n";
  private static final int MIB_SHIFT = 20;
  private static final int HEAP_PERCENT = 33;

  @Test
  void sizingPage_samplers_isWhatThePlanGives() throws IOException {
    StringBuilder table =
        new StringBuilder(
            "| limit | heap | outside it | the JVM itself | buffered | export queue | on its way to"
                + " the backend | being read |\n|---|---|---|---|---|---|---|---|\n");
    for (int mib : List.of(384, 512, 768, 1024, 2048, 4096, 8192, 16_384)) {
      table.append(row(mib)).append('\n');
    }
    String page = Files.readString(PAGE);
    int begin = page.indexOf(BEGIN) + BEGIN.length();
    int end = page.indexOf(END);
    if (Boolean.getBoolean("ringtail.docs.write")) {
      Files.writeString(PAGE, page.substring(0, begin) + table + page.substring(end));
    } else {
      assertThat(page.substring(begin, end))
          .as("docs/sizing.md; write it anew with -Dringtail.docs.write=true")
          .isEqualTo(table.toString());
    }
  }

  private static String row(long limitMib) {
    long limit = limitMib << MIB_SHIFT;
    JvmMemory jvm = new JvmMemory(limit, limit * HEAP_PERCENT / 100, 1L << 40, false, 2);
    MemoryLimits limits = jvm.limits();
    ConfigFile export =
        ConfigFile.read("t.yaml", "otlp: { endpoint: 'http://127.0.0.1:1' }", name -> null);
    ConfigFile shards = ConfigFile.read("t.yaml", "shards: 2", name -> null);
    SamplerMemory plan =
        SamplerMemory.of(limits, ShardConfig.read(shards.root()), ExportConfig.read(export.root()));
    List<Long> bytes =
        List.of(
            limits.heapBytes(),
            limits.directBytes(),
            jvm.overheadBytes(),
            plan.shards().maxBufferedBytes(),
            plan.export().maxQueuedBytes(),
            plan.exportBytes(),
            plan.readBytes());
    StringBuilder row = new StringBuilder("| " + limitMib + " MiB |");
    bytes.forEach(value -> row.append(' ').append(value >> MIB_SHIFT).append(" |"));
    return row.toString();
  }
}
