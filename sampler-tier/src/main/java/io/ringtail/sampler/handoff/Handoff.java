package io.ringtail.sampler.handoff;

import io.ringtail.cluster.Completion;
import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Mark;
import io.ringtail.link.Peer;
import io.ringtail.link.RouterWord;
import io.ringtail.metrics.Metrics;
import io.ringtail.ring.RingTables;
import io.ringtail.sampler.intake.LinkKeeper;
import io.ringtail.sampler.intake.LinkServer;
import io.ringtail.sampler.intake.Ownership;
import io.ringtail.sampler.peer.PeerWord;
import io.ringtail.sampler.peer.Peers;
import io.ringtail.sampler.settle.RouterKeys;
import io.ringtail.sampler.shard.ShardSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The handoff of one sampler put together: the keeper on its thread, between the membership, the
 * links to routers, the other samplers and the shards. Shards and links are made with it, and then
 * {@link #connect}ed to it.
 *
 * <p>Threads: any, once connected.
 */
public final class Handoff implements LinkKeeper, Peers, AutoCloseable {
  private final Consumer<Completion> cluster;
  private final Consumer<Epoch> inUse;
  private final Executors executors;
  private final Metrics metrics;
  private volatile KeeperConfig config;
  private volatile MarkBoard board = new MarkBoard();
  private volatile @Nullable Parts parts;

  /**
   * Where it runs; shut down by {@link #close}.
   *
   * @param keeper runs one task at a time
   * @param builder the same, for tables
   */
  public record Executors(
      ScheduledExecutorService keeper,
      ExecutorService builder,
      LongSupplier nanoClock,
      RingTables tables) {
    /** Threads of its own, by {@link System#nanoTime}. */
    public static Executors started(RingTables tables) {
      return new Executors(
          HandoffThread.newThread("sampler-handoff"),
          HandoffThread.newThread("ring-builder"),
          System::nanoTime,
          tables);
    }
  }

  private record Parts(
      ShardSet shards,
      LinkServer links,
      Outgoing outgoing,
      PeerWords words,
      ShardTier tier,
      HandoffThread thread) {}

  /**
   * @param cluster where this sampler's completions go
   * @param inUse told of each epoch that is in use with its heirs, on the handoff's thread
   */
  public Handoff(
      KeeperConfig config,
      Consumer<Completion> cluster,
      Consumer<Epoch> inUse,
      Executors executors,
      Metrics metrics) {
    this.config = config;
    this.cluster = cluster;
    this.inUse = inUse;
    this.executors = executors;
    this.metrics = metrics;
  }

  /**
   * Ties it to the rest of the sampler; once, before anything else is called.
   *
   * @param network the links to other samplers, which tell {@link #events}
   */
  public void connect(ShardSet shards, Ownership ownership, LinkServer links, Peers network) {
    Outgoing outgoing = new Outgoing(network, this::markNow, () -> shards.routers().known());
    ShardTier tier = new ShardTier(shards, ownership, links, this::execute, config.rules());
    PeerWords words = new PeerWords(shards.peers(), outgoing, this::execute);
    HandoffThread thread =
        new HandoffThread(
            executors.keeper(),
            executors.builder(),
            executors.nanoClock(),
            executors.tables(),
            metrics,
            inUse,
            keeper(tier, links, outgoing));
    parts = new Parts(shards, links, outgoing, words, tier, thread);
  }

  private Keeper keeper(ShardTier tier, LinkServer links, Outgoing outgoing) {
    return new Keeper(config, tier, links::say, outgoing, board, cluster);
  }

  private Parts parts() {
    Parts connected = parts;
    if (connected == null) {
      throw new IllegalStateException("handoff: not connected");
    }
    return connected;
  }

  private void execute(ShardTier.Task task) {
    parts().thread().execute(task);
  }

  /**
   * Begins to tick.
   *
   * @param watcher told after each tick, on the handoff's thread
   */
  public void start(Consumer<HandoffStatus> watcher) {
    parts().thread().start(watcher);
  }

  // ---- other samplers

  /** Sends to another sampler; floors go before transfers. */
  @Override
  public boolean send(Peer to, PeerWord word) {
    return parts().outgoing().send(to, word);
  }

  /** What links to other samplers tell. */
  public Peers.Events events() {
    return parts().words();
  }

  /** The mark for a router as the shards have it now, under the floors. */
  private long markNow(Peer router) {
    ShardSet shards = parts().shards();
    int key = shards.routers().find(router);
    long mark = key == RouterKeys.NONE ? -1 : shards.mark(key);
    return board.capped(router.incarnation().bits(), mark);
  }

  // ---- routers

  @Override
  public @Nullable Mark mark(long router) {
    return board.mark(router);
  }

  @Override
  public void onLink(Peer router) {
    execute((keeper, nowNanos) -> keeper.onLink(router.incarnation().bits(), nowNanos));
  }

  @Override
  public void onRouterEpoch(EpochOrder order) {
    execute((keeper, nowNanos) -> keeper.onRouterEpoch(order));
  }

  @Override
  public void onWord(Peer router, RouterWord word) {
    execute((keeper, nowNanos) -> keeper.onWord(router.incarnation().bits(), word, nowNanos));
  }

  // ---- the cluster

  /**
   * Takes an epoch into use once its tables are built.
   *
   * @param tables told then, on the handoff's thread: its heirs may not be built yet
   */
  public void onEpoch(Epoch epoch, boolean inTurn, Runnable tables) {
    parts().shards().adopted(epoch.order());
    parts().words().onEpoch(epoch);
    parts().thread().onEpoch(epoch, inTurn, tables);
  }

  public void onCompletions(List<Completion> heard) {
    execute((keeper, nowNanos) -> keeper.onCompletions(heard, nowNanos));
  }

  /** The cluster goes on without this sampler. */
  public void onLost(Epoch without) {
    execute((keeper, nowNanos) -> keeper.onLost(without, nowNanos));
  }

  /** Goes on as another incarnation, of which nobody has heard anything yet. */
  public void comeBack(long newBits) {
    Parts all = parts();
    config = config.withBits(newBits);
    board = new MarkBoard();
    all.outgoing().forgetAll();
    all.thread().replace(keeper(all.tier(), all.links(), all.outgoing()));
  }

  /** Bits of samplers and routers that it waits for. Threads: any. */
  public Set<Long> waitingFor() {
    return parts().thread().waitingFor();
  }

  public HandoffStatus status() {
    return parts().thread().status();
  }

  @Override
  public void close() {
    parts().thread().close();
  }
}
