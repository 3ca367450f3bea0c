package io.ringtail.sampler.shard;

import io.ringtail.trace.TraceId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Questions for traces that are under way: no more than {@value #MOST}, as shards that do not keep
 * up would be asked ever more. Who gives up waiting keeps its place until the shard has answered.
 * Threads: any.
 */
final class OpenLookups {
  private static final int MOST = 32;

  private final Consumer<Lookup> shards;
  private final AtomicInteger open = new AtomicInteger();

  /**
   * @param shards queue each at the shard of its trace
   */
  OpenLookups(Consumer<Lookup> shards) {
    this.shards = shards;
  }

  /**
   * Asks; nothing is open afterwards if this throws.
   *
   * @return empty if there is no place
   */
  Optional<CompletableFuture<List<KnownTrace>>> ask(TraceId id) {
    if (open.incrementAndGet() > MOST) {
      open.decrementAndGet();
      return Optional.empty();
    }
    Lookup lookup;
    CompletableFuture<List<KnownTrace>> answer;
    try {
      lookup = new Lookup(id);
      answer = lookup.answer.whenComplete((found, failure) -> open.decrementAndGet());
    } catch (Error e) {
      open.decrementAndGet();
      throw e;
    }
    try {
      shards.accept(lookup);
    } catch (RuntimeException | Error e) {
      lookup.answer.completeExceptionally(e);
      throw e;
    }
    return Optional.of(answer);
  }
}
