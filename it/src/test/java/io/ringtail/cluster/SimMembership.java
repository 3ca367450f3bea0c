package io.ringtail.cluster;

import com.google.protobuf.InvalidProtocolBufferException;
import io.ringtail.cluster.epoch.ClusterView;
import io.ringtail.cluster.epoch.Effect;
import io.ringtail.cluster.epoch.Epochs;
import io.ringtail.cluster.epoch.Lease;
import io.ringtail.cluster.word.ClusterCodec;
import io.ringtail.cluster.word.ClusterMessage;
import io.ringtail.cluster.word.GroupWord;
import io.ringtail.rules.Rules;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The real state machine of epochs behind the real interface, its messages on a simulated group.
 */
public final class SimMembership implements Membership {
  /** Where its messages go. */
  public interface Group {
    void send(long from, long to, byte[] message);

    void sendAll(long from, byte[] message);

    /** A process leaves and joins under other bits. */
    void comeBack(long bits, long newBits);
  }

  private final LongSupplier clock;
  private final Group group;
  private final ToLongFunction<List<Member>> checksum;
  private final LongConsumer onFenced;
  private final Rules rules;
  private @Nullable Epochs epochs;
  private @Nullable EpochListener listener;
  private long bits;

  /** Newest state and weight that were told: it may come back before it has said so. */
  private @Nullable Member updated;

  private Lease lease = Lease.NONE;

  public SimMembership(
      Group group,
      ToLongFunction<List<Member>> checksum,
      LongSupplier clock,
      LongConsumer fenced,
      Rules rules) {
    this.group = group;
    this.checksum = checksum;
    this.clock = clock;
    this.onFenced = fenced;
    this.rules = rules;
  }

  @Override
  public void start(Member self, EpochListener told) {
    bits = self.incarnation().bits();
    epochs = new Epochs(self, checksum, rules);
    listener = told;
  }

  private Epochs epochs() {
    if (epochs == null) {
      throw new IllegalStateException("not started");
    }
    return epochs;
  }

  public void onView(long id, List<Long> peers, List<Boolean> samplers, boolean merged) {
    List<ClusterView.Peer> list = new ArrayList<>();
    for (int i = 0; i < peers.size(); i++) {
      list.add(new ClusterView.Peer(peers.get(i), samplers.get(i)));
    }
    doAll(epochs().onView(new ClusterView(id, list, merged), clock.getAsLong()));
  }

  public void onTick() {
    doAll(epochs().onTick(clock.getAsLong()));
  }

  public void onMessage(long from, byte[] bytes) {
    on(from, decode(bytes));
  }

  private static ClusterMessage decode(byte[] bytes) {
    try {
      List<GroupWord> words = GroupWord.read(bytes, 0, bytes.length);
      return ClusterCodec.decode(words.get(0)).orElseThrow();
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  private void on(long from, ClusterMessage message) {
    if (watcher != null) {
      watcher.accept(from + " -> " + bits + " " + message);
    }
    doAll(epochs().on(from, message, clock.getAsLong()));
  }

  /** Whether it is an epoch of the past that was asked for. */
  public static boolean isAnswer(byte[] bytes) {
    return decode(bytes) instanceof ClusterMessage.Answer;
  }

  private void doAll(List<Effect> effects) {
    lease = epochs().lease(0, clock.getAsLong());
    EpochListener told = listener;
    if (told == null) {
      throw new IllegalStateException("not started");
    }
    for (Effect effect : effects) {
      if (effect instanceof Effect.Send send) {
        group.send(bits, send.toBits(), ClusterCodec.encode(send.message()).toBytes());
      } else if (effect instanceof Effect.SendAll send) {
        group.sendAll(bits, ClusterCodec.encode(send.message()).toBytes());
      } else if (effect instanceof Effect.Apply apply) {
        if (!apply.tableAgrees()) {
          throw new AssertionError("tables differ");
        }
        told.onEpoch(apply.epoch(), apply.inTurn());
      } else if (effect instanceof Effect.Completed completed) {
        told.onCompletions(completed.completions());
      } else if (effect instanceof Effect.Lost lost) {
        told.onLost(lost.epoch());
      } else if (effect instanceof Effect.Fenced fenced) {
        told.onFenced(fenced.newer());
        onFenced.accept(bits);
      } else {
        throw new AssertionError(effect);
      }
    }
  }

  @Override
  public void update(Member self) {
    updated = self;
    doAll(epochs().update(self, clock.getAsLong()));
  }

  @Override
  public void complete(Completion mine) {
    doAll(epochs().complete(mine, clock.getAsLong()));
  }

  @Override
  public void inUse(Epoch epoch) {
    doAll(epochs().inUse(epoch, clock.getAsLong()));
  }

  /** As of the last tick, like the product's: a shard's thread may ask after a long pause. */
  @Override
  public boolean mayDecide(long nowNanos) {
    return lease.isGoodAt(nowNanos);
  }

  /** For a story: what it and others said of leases. */
  public java.util.function.@Nullable Consumer<String> watcher;

  @Override
  public void comeBack(long newBits) {
    Member self = epochs().self().withIncarnation(new Incarnation(EpochOrder.NONE, newBits));
    lease = Lease.NONE;
    group.comeBack(bits, newBits);
    bits = newBits;
    epochs = new Epochs(self, checksum, rules);
    if (updated != null) {
      doAll(epochs.update(updated, clock.getAsLong()));
    }
  }

  @Override
  public Optional<Epoch> newest() {
    return epochs().newest();
  }

  @Override
  public boolean joined() {
    return epochs().whyNotJoined(0).isEmpty();
  }

  public void leave() {
    doAll(epochs().leave(clock.getAsLong()));
  }

  @Override
  public boolean isAsSaid() {
    return epochs().isAsSaid();
  }

  public boolean hasLeft() {
    return epochs().hasLeft();
  }

  @Override
  public void close() {}
}
