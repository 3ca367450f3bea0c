package io.ringtail.ring;

import io.ringtail.cluster.Member;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Builds tables and heirs and remembers those last asked for by their members: most epochs change
 * who is in the cluster, not who owns slots. Threads: any; two that ask at once may both build.
 */
public final class RingTables {
  private final int remembered;
  private final Map<List<RingMember>, RingTable> tables = leastRecentlyUsed();
  private final Map<RingTable, HeirTable> heirs = leastRecentlyUsed();

  /**
   * @param remembered how many tables, and how many heirs: 512 KiB each
   */
  public RingTables(int remembered) {
    this.remembered = remembered;
  }

  /** The table of those members that own slots; as {@link RingTable#of(Collection)}. */
  public RingTable of(Collection<Member> members) {
    List<RingMember> owners =
        members.stream()
            .filter(Member::ownsSlots)
            .map(m -> new RingMember(m.nodeId(), m.weight()))
            .sorted(Comparator.comparing(RingMember::nodeId))
            .toList();
    RingTable known = get(tables, owners);
    return known != null ? known : put(tables, owners, RingTable.build(owners));
  }

  /** As {@link RingTable#heirs}. */
  public HeirTable heirs(RingTable table) {
    HeirTable known = get(heirs, table);
    return known != null ? known : put(heirs, table, table.heirs());
  }

  private static <K, V> Map<K, V> leastRecentlyUsed() {
    return new LinkedHashMap<>(16, 0.75f, true);
  }

  private synchronized <K, V> @Nullable V get(Map<K, V> map, K key) {
    return map.get(key);
  }

  private synchronized <K, V> V put(Map<K, V> map, K key, V value) {
    V earlier = map.putIfAbsent(key, value);
    if (earlier != null) {
      return earlier;
    }
    while (map.size() > remembered) {
      map.remove(map.keySet().iterator().next());
    }
    return value;
  }
}
