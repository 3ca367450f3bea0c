package io.ringtail.router.retain;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.ring.SlotSet;
import io.ringtail.router.route.RoutingTable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** In which epoch each owner last lost a slot (M7). Threads: one. */
final class Moves {
  private final Map<SamplerKey, EpochOrder> lostIn = new HashMap<>();
  private @Nullable RoutingTable before;

  void onTable(RoutingTable now, boolean inTurn) {
    RoutingTable then = before;
    before = now;
    if (then == null) {
      return;
    }
    List<SamplerKey> ownersNow = keys(now);
    List<SamplerKey> ownersThen = keys(then);
    for (int i = 0; i < ownersThen.size(); i++) {
      SlotSet kept = now.slotsOf(ownersNow.indexOf(ownersThen.get(i)));
      if (!inTurn || !then.slotsOf(i).without(kept).isEmpty()) {
        lostIn.put(ownersThen.get(i), now.order());
      }
    }
  }

  private static List<SamplerKey> keys(RoutingTable table) {
    return table.owners().stream().map(SamplerKey::of).toList();
  }

  /** Whether {@code owner} has lost a slot after it accepted something by {@code epoch}. */
  boolean since(EpochOrder epoch, SamplerKey owner) {
    return epoch.compareTo(lostIn.getOrDefault(owner, EpochOrder.NONE)) < 0;
  }
}
