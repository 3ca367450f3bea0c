package io.ringtail.admin;

import io.ringtail.admin.v1.EpochRef;
import io.ringtail.admin.v1.TraceOwner;
import io.ringtail.cluster.Epoch;
import io.ringtail.ring.HeirTable;
import io.ringtail.ring.RingTable;
import io.ringtail.ring.RingTables;
import io.ringtail.trace.TraceHash;
import io.ringtail.trace.TraceId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who owns which trace, and since which of the epochs this node was told of. One number a slot, 1
 * MiB. Threads: any.
 */
final class Owners {
  private final RingTables tables;
  private final List<EpochRef> epochs = new ArrayList<>();

  /** By slot, an index into {@link #epochs}. */
  private final int[] since = new int[TraceHash.SLOTS];

  private @Nullable Epoch newest;
  private @Nullable RingTable table;

  Owners(RingTables tables) {
    this.tables = tables;
  }

  /** A newer epoch; building its table may take a second. */
  synchronized void onEpoch(Epoch epoch) {
    RingTable next = tables.of(epoch.members());
    RingTable last = table;
    newest = epoch;
    table = next;
    if (last != null && last.checksum() == next.checksum()) {
      return;
    }
    forgetUnused();
    epochs.add(Members.epoch(epoch, next));
    int index = epochs.size() - 1;
    for (int slot = 0; slot < since.length; slot++) {
      if (last == null || !sameOwner(last, next, slot)) {
        since[slot] = index;
      }
    }
  }

  private static boolean sameOwner(RingTable last, RingTable next, int slot) {
    int before = last.ownerIndex(slot);
    int now = next.ownerIndex(slot);
    return before < 0 || now < 0
        ? before == now
        : last.members().get(before).nodeId().equals(next.members().get(now).nodeId());
  }

  /** Of many resizes most are no slot's last any more. */
  private void forgetUnused() {
    if (epochs.size() < 2 * MANY) {
      return;
    }
    int[] moved = new int[epochs.size()];
    for (int index : since) {
      moved[index] = 1;
    }
    List<EpochRef> kept = new ArrayList<>();
    for (int i = 0; i < moved.length; i++) {
      if (moved[i] == 1) {
        kept.add(epochs.get(i));
      }
      moved[i] = kept.size() - 1;
    }
    for (int slot = 0; slot < since.length; slot++) {
      since[slot] = moved[since[slot]];
    }
    epochs.clear();
    epochs.addAll(kept);
  }

  private static final int MANY = 512;

  /** The newest epoch it was told of; null before the first. */
  synchronized @Nullable Epoch newest() {
    return newest;
  }

  /** Without an owner if nobody owns slots. */
  TraceOwner of(TraceId id) {
    TraceOwner.Builder owner = TraceOwner.newBuilder().setTraceId(id.toString()).setSlot(id.slot());
    RingTable in = fill(owner, id.slot());
    if (in != null) {
      HeirTable heirs = tables.heirs(in); // the heirs in use, so nearly always known
      int heir = heirs.heirIndex(id.slot());
      owner.setHeirNodeId(heir < 0 ? "" : in.members().get(heir).nodeId());
    }
    return owner.build();
  }

  private synchronized @Nullable RingTable fill(TraceOwner.Builder owner, int slot) {
    RingTable in = table;
    if (in == null || in.members().isEmpty()) {
      return null;
    }
    owner.setNodeId(in.owner(slot).orElse("")).setSince(epochs.get(since[slot]));
    return in;
  }
}
