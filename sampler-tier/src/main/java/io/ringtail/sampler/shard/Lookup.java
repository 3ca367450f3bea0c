package io.ringtail.sampler.shard;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** One question after a trace, in whatever context. Threads: the shard's, but for its answer. */
final class Lookup {
  final long traceIdHi;
  final long traceIdLo;

  /** Cancelled if the shard ends before. */
  final CompletableFuture<List<KnownTrace>> answer = new CompletableFuture<>();

  final List<KnownTrace> found = new ArrayList<>();

  /** The context to look into next. */
  int context;

  Lookup(long traceIdHi, long traceIdLo) {
    this.traceIdHi = traceIdHi;
    this.traceIdLo = traceIdLo;
  }
}
