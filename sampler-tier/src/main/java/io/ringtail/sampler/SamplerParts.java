package io.ringtail.sampler;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.ringtail.cluster.Membership;
import io.ringtail.cluster.group.Memberships;
import io.ringtail.http2.ReadMemory;
import io.ringtail.memory.MemoryLimits;
import io.ringtail.metrics.Metrics;
import io.ringtail.ring.RingTables;
import io.ringtail.rules.Rules;
import io.ringtail.sampler.export.Exports;
import io.ringtail.sampler.export.KeptTraceListener;
import io.ringtail.sampler.export.ListeningQueue;
import io.ringtail.sampler.handoff.Handoff;
import io.ringtail.sampler.handoff.KeeperConfig;
import io.ringtail.sampler.intake.DictionaryMemory;
import io.ringtail.sampler.intake.LinkServer;
import io.ringtail.sampler.intake.Ownership;
import io.ringtail.sampler.peer.PeerLinks;
import io.ringtail.sampler.shard.ShardSet;
import io.ringtail.sampler.store.ShardMemory;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * What a sampler is made of, put together: links in, shards, export out, handoff between them and
 * the peers, the cluster. Nothing listens until each is started. Threads: the owner's.
 *
 * @param tables know the table in use
 */
record SamplerParts(
    EventLoopGroup loops,
    LinkServer links,
    ShardSet shards,
    Exports exports,
    PeerLinks peers,
    Handoff handoff,
    Membership membership,
    RingTables tables) {
  private static final int REMEMBERED_TABLES = 4;

  /**
   * Puts them together.
   *
   * @param memory how it is divided over them
   * @param tap sees each kept trace before it is exported
   */
  static SamplerParts of(
      SamplerConfig config,
      SamplerMemory memory,
      KeptTraceListener tap,
      Self self,
      Metrics metrics,
      Rules rules) {
    EventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(
            Runtime.getRuntime().availableProcessors(),
            new DefaultThreadFactory("sampler-io", true),
            Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    PeerLinks peers =
        new PeerLinks(
            self::peer,
            loops,
            Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class,
            metrics);
    Exports exports = Exports.open(memory.export(), metrics);
    RingTables tables = new RingTables(REMEMBERED_TABLES);
    Membership membership =
        Memberships.of(config.cluster(), owners -> tables.of(owners).checksum(), metrics, rules);
    Handoff handoff = handoff(config, self, membership, tables, metrics, rules);
    ShardSet shards =
        new ShardSet(
            memory.shards(),
            config.tailSampling(),
            new ListeningQueue(exports, tap, metrics),
            metrics,
            ShardMemory.of(
                memory.slabBytes(),
                memory.keptBytes(),
                memory.unreadBytes(),
                MemoryLimits::hasDirect),
            handoff,
            membership::mayDecide,
            rules);
    Ownership ownership = new Ownership();
    LinkServer links =
        new LinkServer(
            config.listen(),
            self::peer,
            ownership,
            shards,
            loops,
            new ReadMemory(memory.readBytes()),
            new DictionaryMemory(memory.dictionaryBytes()),
            metrics,
            handoff);
    handoff.connect(shards, ownership, links, peers);
    peers.start(handoff.events());
    links.add(peers.service());
    return new SamplerParts(loops, links, shards, exports, peers, handoff, membership, tables);
  }

  private static Handoff handoff(
      SamplerConfig config,
      Self self,
      Membership membership,
      RingTables tables,
      Metrics metrics,
      Rules rules) {
    return new Handoff(
        KeeperConfig.of(
            self.nodeId(),
            self.incarnation().bits(),
            config.cluster().slotsMove(),
            config.tailSampling().decisionWait(),
            rules),
        membership::complete,
        membership::inUse,
        Handoff.Executors.started(tables),
        metrics);
  }

  /** Ends the shards' threads with what they hold undecided; waits for them. */
  void closeShards() {
    try {
      shards.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void closeLinks() {
    try {
      links.stop();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Ends all but the event loops, leaving the cluster without a word if that was not done yet.
   *
   * @param patience how long what lies on disk is sent
   */
  void close(Duration patience) {
    membership.abandon();
    peers.close();
    closeLinks();
    handoff.close();
    closeShards();
    exports.closeHandedOver(patience);
  }

  void closeLoops() {
    loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
  }
}
