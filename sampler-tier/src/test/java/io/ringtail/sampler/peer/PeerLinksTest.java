package io.ringtail.sampler.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.cluster.Member;
import io.ringtail.link.Peer;
import io.ringtail.metrics.Metrics;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two samplers over loopback. */
@Timeout(300)
class PeerLinksTest {
  private static final EpochOrder EPOCH = new EpochOrder(1, 1);

  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
  private final List<Node> nodes = new ArrayList<>();
  private Node a;
  private Node b;

  private final class Node implements Peers.Events {
    final List<Object> told = new CopyOnWriteArrayList<>();
    final List<String> payloads = new CopyOnWriteArrayList<>();
    final PeerLinks links;
    Peer self;
    Server server;
    final Queue<Runnable> unanswered = new ConcurrentLinkedQueue<>();
    volatile boolean answers = true;
    volatile boolean passesOver;
    volatile CountDownLatch gate = new CountDownLatch(0);

    Node(String id, long bits) throws IOException {
      self = new Peer(id, new Incarnation(EPOCH, bits));
      links = new PeerLinks(() -> self, loops, NioSocketChannel.class, new Metrics());
      links.start(this);
      listen(0);
      nodes.add(this);
    }

    /** From here on, and what came before. */
    void answerAll() {
      answers = true;
      for (Runnable next = unanswered.poll(); next != null; next = unanswered.poll()) {
        next.run();
      }
    }

    void listen(int port) throws IOException {
      server =
          NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", port))
              .channelType(NioServerSocketChannel.class)
              .bossEventLoopGroup(loops)
              .workerEventLoopGroup(loops)
              .directExecutor()
              .addService(links.service())
              .build()
              .start();
    }

    Member member() {
      return new Member(
          self.nodeId(),
          self.incarnation(),
          Member.Role.SAMPLER,
          Member.State.ACTIVE,
          100,
          "127.0.0.1:" + server.getPort(),
          "",
          "",
          1);
    }

    @Override
    public void onAnswer(Peer from, PeerAnswer answer) {
      told.add(answer);
    }

    @Override
    public void onDown(Peer peer) {
      told.add("down " + peer.nodeId());
    }

    @Override
    public void onWritable(Peer peer) {
      told.add("writable " + peer.nodeId());
    }

    @Override
    public void onWord(Peer from, PeerWord word, Peers.Answers back) {
      try {
        assertThat(gate.await(60, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      if (word instanceof PeerWord.Notice notice) {
        payloads.add(notice.id() + ":" + text(notice.decisions()));
        Runnable answer = () -> back.send(new PeerAnswer.NoticeTaken(notice.id()));
        if (passesOver) {
          back.none();
        } else if (answers) {
          answer.run();
        } else {
          unanswered.add(answer);
        }
      } else if (word instanceof PeerWord.Transfer transfer) {
        payloads.add(transfer.id() + ":" + text(transfer.entries()));
        back.send(new PeerAnswer.TransferTaken(transfer.id()));
      } else {
        payloads.add(word.getClass().getSimpleName());
      }
    }
  }

  private static String text(ByteBuf buffer) {
    String text = new String(ByteBufUtil.getBytes(buffer), java.nio.charset.StandardCharsets.UTF_8);
    buffer.release();
    return text.length() > 20 ? "long" : text;
  }

  @BeforeEach
  void start() throws IOException {
    a = new Node("a", 1);
    b = new Node("b", 2);
    meet(a.member(), b.member());
  }

  private void meet(Member... members) {
    Epoch epoch = new Epoch(EPOCH, "a", List.of(members), 0, EpochOrder.NONE, List.of());
    a.links.onEpoch(epoch);
    b.links.onEpoch(epoch);
  }

  @AfterEach
  void stop() {
    nodes.forEach(n -> n.links.close());
    nodes.forEach(n -> n.server.shutdownNow());
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(60, TimeUnit.SECONDS);
  }

  private static PeerWord notice(long id, int bytes) {
    return new PeerWord.Notice(id, Unpooled.wrappedBuffer(new byte[bytes]));
  }

  private static PeerWord transfer(long id) {
    return new PeerWord.Transfer(id, EPOCH, Unpooled.wrappedBuffer(new byte[100]));
  }

  private static PeerWord floors(long id) {
    return new PeerWord.Floors(id, EPOCH, List.of());
  }

  private static void until(BooleanSupplier what) {
    await().atMost(Duration.ofSeconds(60)).until(what::getAsBoolean);
  }

  @Test
  void send_whileOpening_arrivesInOrderAndIsAnswered() {
    for (int i = 0; i < 200; i++) {
      assertThat(a.links.send(b.self, notice(i, 0))).isTrue();
    }
    until(() -> b.payloads.size() == 200);
    for (int i = 0; i < 200; i++) {
      assertThat(b.payloads.get(i)).isEqualTo(i + ":");
    }
    until(() -> a.told.size() == 200);
    assertThat(a.told.get(199)).isEqualTo(new PeerAnswer.NoticeTaken(199));
  }

  @Test
  void send_bothWays_streamsAreApart() {
    assertThat(a.links.send(b.self, notice(1, 0))).isTrue();
    assertThat(b.links.send(a.self, notice(2, 0))).isTrue();
    until(() -> a.payloads.contains("2:") && b.payloads.contains("1:"));
    until(() -> a.told.contains(new PeerAnswer.NoticeTaken(1)));
    until(() -> b.told.contains(new PeerAnswer.NoticeTaken(2)));
  }

  @Test
  void send_toNobodyNamed_isNotTaken() {
    assertThat(a.links.send(new Peer("c", new Incarnation(EPOCH, 3)), notice(1, 0))).isFalse();
  }

  @Test
  void send_receiverSlow_isRefusedThenWritable() {
    b.gate = new CountDownLatch(1);
    int taken = 0;
    while (taken < 1_000 && a.links.send(b.self, notice(taken, 256 << 10))) {
      taken++;
    }
    assertThat(taken).isBetween(4, 999);
    b.gate.countDown();
    int all = taken;
    until(() -> a.told.contains("writable b") && b.payloads.size() == all);
  }

  @Test
  void notices_notAnswered_areNotAskedForAboveALimit() {
    b.answers = false;
    int each = 16 << 10;
    int most = PeerInbound.MOST_UNANSWERED_BYTES / each + 1;
    for (int i = 0; i < 3 * most; i++) {
      assertThat(a.links.send(b.self, notice(i, each))).isTrue();
    }
    until(() -> b.payloads.size() >= most - 1);
    assertThat(a.links.send(b.self, floors(1))).isTrue();
    await().pollDelay(Duration.ofMillis(300)).until(() -> b.payloads.size() <= most);
    assertThat(b.payloads).as("stands behind what is not answered").doesNotContain("Floors");
    b.answerAll();
    until(() -> b.payloads.contains("Floors"));
    assertThat(b.payloads).hasSize(3 * most + 1);
    until(() -> a.told.size() == 3 * most);
  }

  @Test
  void notices_passedOver_doNotCount() {
    b.passesOver = true;
    int each = 64 << 10;
    for (int i = 0; i < 20; i++) {
      assertThat(a.links.send(b.self, notice(i, each))).isTrue();
    }
    until(() -> b.payloads.size() == 20);
    assertThat(a.told).isEmpty();
  }

  @Test
  void transfer_withoutFloorsOnItsStream_isSentBack() {
    a.links.send(b.self, transfer(1));
    a.links.send(b.self, floors(1));
    a.links.send(b.self, transfer(2));
    a.links.send(b.self, new PeerWord.FloorsEnd());
    a.links.send(b.self, transfer(3));
    until(() -> a.told.size() == 3);
    assertThat(a.told)
        .containsExactly(
            new PeerAnswer.TransferFull(1),
            new PeerAnswer.TransferTaken(2),
            new PeerAnswer.TransferFull(3));
    assertThat(b.payloads).containsExactly("Floors", "2:long", "FloorsEnd");
  }

  @Test
  void stream_brokenAndBack_downIsToldOnceThenWritable() throws Exception {
    a.links.send(b.self, notice(1, 0));
    until(() -> a.told.size() == 1);
    int port = b.server.getPort();
    b.server.shutdownNow().awaitTermination();
    until(() -> a.told.contains("down b"));
    assertThat(a.links.send(b.self, notice(2, 0))).isFalse();
    b.listen(port);
    until(() -> a.told.contains("writable b"));
    assertThat(a.links.send(b.self, notice(3, 0))).isTrue();
    until(() -> b.payloads.contains("3:"));
    assertThat(a.told.stream().filter("down b"::equals)).hasSize(1);
    assertThat(b.payloads).doesNotContain("2:");
  }

  @Test
  void peer_goneFromTheEpoch_downIsToldAndNothingTaken() {
    a.links.send(b.self, notice(1, 0));
    until(() -> a.told.size() == 1);
    meet(a.member());
    until(() -> a.told.contains("down b"));
    assertThat(a.links.send(b.self, notice(2, 0))).isFalse();
  }

  @Test
  void peer_ofAnotherIncarnation_neverGetsAWord() {
    Peer old = b.self;
    b.self = new Peer("b", new Incarnation(EPOCH, 77));
    a.links.send(old, notice(1, 0));
    until(() -> a.told.contains("down b"));
    assertThat(b.payloads).isEmpty();
  }

  @Test
  void restart_ofTheAnsweringSide_streamEndsAndWordsWait() {
    a.links.send(b.self, notice(1, 0));
    until(() -> a.told.size() == 1);
    b.self = new Peer("b", new Incarnation(EPOCH, 78));
    b.links.restart();
    until(() -> a.told.contains("down b"));
    meet(a.member(), b.member());
    assertThat(a.links.send(b.self, notice(2, 0))).isTrue();
    until(() -> b.payloads.contains("2:"));
  }

  @Test
  void close_ofTheOpeningSide_nothingIsTakenAfterwards() {
    a.links.send(b.self, notice(1, 0));
    until(() -> a.told.size() == 1);
    a.links.close();
    assertThat(a.links.send(b.self, notice(2, 0))).isFalse();
  }
}
