package io.ringtail.cluster.group;

import io.ringtail.cluster.Completion;
import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochListener;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.cluster.Member;
import io.ringtail.cluster.Membership;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A cluster that never changes: the members of the config, in one epoch, the same at every node
 * that has the same list. Nobody is noticed to come or go; a new state of this node reaches nobody,
 * so draining moves no slots. For tests and for running without JGroups. Threads: any; the listener
 * is called by {@link #start}'s.
 */
public final class StaticMembership implements Membership {
  private final List<Member> members;
  private final ToLongFunction<List<Member>> tableChecksum;
  private volatile @Nullable Epoch epoch;

  /**
   * @param members all of the cluster; this node may be among them
   * @param tableChecksum checksum of the ring table of members that own slots
   */
  public StaticMembership(List<Member> members, ToLongFunction<List<Member>> tableChecksum) {
    this.members = List.copyOf(members);
    this.tableChecksum = tableChecksum;
  }

  /** Takes the role, weight and addresses of {@code self} over those of the list. */
  @Override
  public void start(Member self, EpochListener listener) {
    List<Member> all = new ArrayList<>();
    for (Member m : members) {
      if (!m.nodeId().equals(self.nodeId())) {
        all.add(m.withIncarnation(new Incarnation(EpochOrder.ONLY, m.incarnation().bits())));
      }
    }
    all.add(
        self.withState(Member.State.ACTIVE)
            .withIncarnation(new Incarnation(EpochOrder.ONLY, self.incarnation().bits())));
    all.sort(Comparator.comparing(Member::nodeId));
    List<Member> owners = all.stream().filter(Member::ownsSlots).toList();
    long checksum = owners.isEmpty() ? 0 : tableChecksum.applyAsLong(owners);
    Epoch only =
        new Epoch(EpochOrder.ONLY, all.get(0).nodeId(), all, checksum, EpochOrder.NONE, List.of());
    epoch = only;
    listener.onEpoch(only, true);
    listener.onCompletions(
        all.stream()
            .filter(m -> m.role() == Member.Role.SAMPLER)
            .map(m -> new Completion(m.incarnation().bits(), EpochOrder.ONLY, EpochOrder.NONE))
            .toList()); // there is no epoch before it of which anyone could hold anything
  }

  @Override
  public void update(Member self) {}

  @Override
  public Optional<Epoch> newest() {
    return Optional.ofNullable(epoch);
  }

  @Override
  public boolean joined() {
    return epoch != null;
  }

  @Override
  public void close() {
    epoch = null;
  }
}
