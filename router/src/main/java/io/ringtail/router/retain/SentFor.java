package io.ringtail.router.retain;

import org.jspecify.annotations.Nullable;

/** What an accepted part was sent for. Threads: any. */
public interface SentFor {
  /** What is replayed, if it is. */
  @Nullable Piece piece();

  /** The claim of who first sent its spans. */
  Claim claim();
}
