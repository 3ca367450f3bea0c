package io.ringtail.admin;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** What fails at once, as what fails later. */
final class Futures {
  private Futures() {}

  static <T> CompletableFuture<T> of(Supplier<CompletableFuture<T>> call) {
    try {
      return call.get();
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }
}
