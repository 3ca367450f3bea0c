package io.ringtail.sampler.store;

import io.ringtail.cluster.EpochOrder;
import org.jspecify.annotations.Nullable;

/**
 * The newest epochs this sampler knows of, in use here or not. Of one that is not in use it is not
 * known whose the slots are, and their spans may go to another already: nothing is decided then.
 *
 * <p>Two tell of them. The cluster, which may be slow to: then a lease is good for seconds still,
 * and the heir may not know either. And the routers, who send the spans (protocol A5): a span can
 * go to another only once its router has the newer epoch in use, and that says so on all its links.
 *
 * <p>Threads: any.
 */
public final class KnownEpochs {
  private volatile @Nullable EpochOrder adopted;
  private volatile EpochOrder usedByRouters = EpochOrder.NONE;

  /** The cluster tells of it. */
  public void adopted(EpochOrder order) {
    adopted = order;
  }

  /** The newest that any router with a link has in use. */
  public void usedByRouters(EpochOrder order) {
    usedByRouters = order;
  }

  /** Whether no newer one is known. */
  public boolean isNewest(EpochOrder inUse) {
    EpochOrder told = adopted;
    return (told == null || told.equals(inUse)) && usedByRouters.compareTo(inUse) <= 0;
  }
}
