package io.ringtail.sampler.shard;

import io.ringtail.trace.TraceId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** One question after a trace, in whatever context. Threads: the shard's, but for its answer. */
final class Lookup {
  final TraceId traceId;

  /** Cancelled if the shard ends before; fails if it cannot tell. */
  final CompletableFuture<List<KnownTrace>> answer = new CompletableFuture<>();

  final List<KnownTrace> found = new ArrayList<>();

  /** The context to look into next. */
  int context;

  Lookup(TraceId traceId) {
    this.traceId = traceId;
  }
}
