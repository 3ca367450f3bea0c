package io.ringtail.link;

/** A router's answer to a {@link SamplerWord}. */
public sealed interface RouterWord {
  /** The mark I go by is at or below that of lowering {@code id} (protocol H3). */
  record Lowered(long id) implements RouterWord {}

  /** Question {@code id} is answered (protocol R2). */
  record Replayed(long id) implements RouterWord {}

  /** Whether the log has parts the asker had received (protocol L2). */
  record Has(boolean has) implements RouterWord {}
}
