package io.ringtail.router.receive;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** gRPC calls whose request is not whole yet. Threads: any; one to sweep. */
final class IncomingCalls {
  private final Set<GrpcExchange> calls = ConcurrentHashMap.newKeySet();
  private final ReceiveMetrics metrics;

  IncomingCalls(ReceiveMetrics metrics) {
    this.metrics = metrics;
  }

  void add(GrpcExchange call) {
    calls.add(call);
  }

  void remove(GrpcExchange call) {
    calls.remove(call);
  }

  boolean isEmpty() {
    return calls.isEmpty();
  }

  /** Ends those that have not become whole in time. One that fails is in the way of no other. */
  void sweep(long nowNanos) {
    for (GrpcExchange call : calls) {
      try {
        call.checkTimeout(nowNanos);
      } catch (RuntimeException | Error e) { // thrown on, it would be the last sweep
        metrics.failed("where=timeout", e);
      }
    }
  }
}
