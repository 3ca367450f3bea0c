package io.ringtail.sampler.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Farewell;
import io.ringtail.link.Hello;
import io.ringtail.link.Peer;
import io.ringtail.link.Progress;
import io.ringtail.link.Refused;
import io.ringtail.link.SamplerFrame;
import io.ringtail.refusal.Refusal;
import io.ringtail.trace.TraceId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Which parts are taken, which wait for an epoch, and which are refused. */
class LinkPartsTest extends WithLinkServer {
  @Test
  void part_allOfItsSlotsOwned_isAcknowledgedAndHeld() throws Exception {
    Router router = greeted(1);
    router.send(part(7, EPOCH, owned(1), owned(2)));
    assertThat(router.frame().acks()).containsExactly(7);
    assertThat(shards.heldSpans()).isEqualTo(2);
  }

  @Test
  void messagesOfManyLinks_largerThanAllReadMemory_areAllTaken() throws Exception {
    int links = 6;
    TraceId[] ids = new TraceId[20_000];
    Arrays.setAll(ids, i -> owned(i % 8));
    List<ManagedChannel> channels = new ArrayList<>();
    List<Router> routers = new ArrayList<>();
    for (int i = 0; i < links; i++) {
      ManagedChannel own =
          NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
      channels.add(own);
      Router router = new Router(own);
      Peer peer = new Peer("router-" + i, incarnation(100 + i));
      router.call.sendMessage(new Hello(1, 1, peer, SELF, 1).toMessage());
      assertThat(router.frame().welcome()).isNotNull();
      routers.add(router);
    }
    for (int seq = 1; seq <= 3; seq++) {
      for (Router router : routers) {
        router.send(part(seq, EPOCH, ids));
      }
    }
    for (Router router : routers) {
      long acked = 0;
      while (acked < 3) {
        acked += router.frame().acks().length;
      }
    }
    assertThat(reading.takenBytes()).isEqualTo(reading.limitBytes());
    assertThat(reading.waiting()).isZero();
    channels.forEach(ManagedChannel::shutdownNow);
  }

  @Test
  void part_oneSlotOfAnother_isRefusedWholeWithTheEpoch() throws Exception {
    Router router = greeted(1);
    router.send(part(7, EPOCH, owned(1), foreign()), part(8, EPOCH, owned(3)));
    SamplerFrame answer = router.frame();
    assertThat(answer.acks()).containsExactly(8);
    assertThat(answer.refused()).hasSize(1);
    assertThat(answer.refused().get(0).seq()).isEqualTo(7);
    assertThat(answer.refused().get(0).refusal()).isInstanceOf(Refusal.NotOwner.class);
    assertThat(answer.refused().get(0).epoch()).isEqualTo(EPOCH);
    assertThat(shards.heldSpans()).isEqualTo(1);
  }

  @Test
  void part_forWhichMemoryRunsOut_isRefusedForNow_andTheLinkLives() throws Exception {
    Router router = greeted(1);
    memoryIsOut = true;
    router.send(part(7, EPOCH, owned(1)));
    SamplerFrame answer = router.frame();
    assertThat(answer.refused()).hasSize(1);
    assertThat(answer.refused().get(0).refusal()).isInstanceOf(Refusal.Busy.class);
    assertThat(linkFailures()).isEqualTo(1);
    assertThat(shards.heldSpans()).isZero();
    memoryIsOut = false;
    router.send(part(8, EPOCH, owned(1)));
    assertThat(router.frame().acks()).containsExactly(8);
    assertThat(shards.heldSpans()).isEqualTo(1);
  }

  @Test
  void part_ofAHigherEpoch_waitsUntilTheEpochIsInUse() throws Exception {
    EpochOrder next = new EpochOrder(0, 6);
    Router router = greeted(1);
    router.send(part(7, next, owned(1)), part(8, EPOCH, owned(2)));
    assertWaits(router, next);
    use(next);
    assertThat(router.frame().acks()).containsExactly(7, 8);
  }

  @Test
  void part_ofAHigherEpochThatDoesNotCome_isRefusedRetryablyAfterASecond() throws Exception {
    Router router = greeted(1);
    EpochOrder next = new EpochOrder(0, 6);
    router.send(part(7, next, owned(1)), part(8, EPOCH, owned(2)));
    assertWaits(router, next);
    nowNanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
    SamplerFrame answer = router.frame();
    assertThat(answer.refused().get(0).seq()).isEqualTo(7);
    assertThat(answer.refused().get(0).refusal()).isInstanceOf(Refusal.NotReady.class);
    assertThat(answer.acks()).containsExactly(8);
  }

  @Test
  void part_behindOnesThatWaitedForItsEpoch_doesNotWaitAgain() throws Exception {
    EpochOrder next = new EpochOrder(0, 6);
    Router router = greeted(1);
    router.send(part(7, next, owned(1)), part(8, next, owned(2)));
    assertWaits(router, next);
    nowNanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
    assertThat(router.frame().refused()).extracting(Refused::seq).containsExactly(7L, 8L);
    router.send(part(9, next, owned(3)));
    assertThat(router.frame().refused()).extracting(Refused::seq).containsExactly(9L);
    EpochOrder afterNext = new EpochOrder(0, 7);
    router.send(part(10, afterNext, owned(4)));
    assertWaits(router, afterNext);
    use(afterNext);
    assertThat(router.frame().acks()).containsExactly(10);
  }

  /** The link is at a part of that epoch, and says nothing. */
  private void assertWaits(Router router, EpochOrder epoch) throws InterruptedException {
    await().until(() -> server.routerEpochs().newest().equals(epoch));
    assertThat(router.frames.poll(100, TimeUnit.MILLISECONDS)).isNull();
  }

  @Test
  void epochARouterUses_isKnownFromItsProgressOrAPart_whileTheLinkIsOpen() throws Exception {
    Router router = greeted(1);
    router.writer.progress(new Progress(3, 1, new EpochOrder(0, 6)));
    router.call.sendMessage(router.writer.finish());
    await().until(() -> server.routerEpochs().newest().equals(new EpochOrder(0, 6)));
    router.send(part(7, new EpochOrder(0, 7), owned(1)));
    await().until(() -> server.routerEpochs().newest().equals(new EpochOrder(0, 7)));
    router.call.halfClose();
    await().until(() -> server.routerEpochs().newest().equals(EpochOrder.NONE));
    assertThat(routerEpochs)
        .as("told to the keeper")
        .containsExactly(new EpochOrder(0, 6), new EpochOrder(0, 7));
  }

  @Test
  void parts_thatWaitOneAfterTheOther_allGoOn() throws Exception {
    Router router = greeted(1);
    for (int i = 6; i < 90; i++) {
      EpochOrder next = new EpochOrder(0, i);
      router.send(part(i, next, owned(i)));
      use(next);
      assertThat(router.frame().acks()).containsExactly(i);
    }
  }

  @Test
  void part_whereNoPartsAreTaken_isRefused() throws Exception {
    Router router = greeted(1);
    TraceId trace = owned(1);
    use(new EpochOrder(0, 6), false);
    router.send(part(7, EPOCH, trace));
    assertThat(router.frame().refused().get(0).refusal()).isInstanceOf(Refusal.NotOwner.class);
  }

  @Test
  void part_beforeTheHello_endsTheLink() throws Exception {
    Router router = new Router();
    router.send(part(7, EPOCH, owned(1)));
    assertThat(farewell(router)).isEqualTo(Farewell.Reason.MALFORMED);
    assertThat(shards.heldSpans()).isZero();
  }

  @Test
  void part_withASpanWithoutTraceId_isRefusedForGoodAndTheLinkGoesOn() throws Exception {
    Router router = greeted(1);
    router.send(TestPart.of(7, EPOCH, new byte[] {0x12, 2, 0x0a, 0}), part(8, EPOCH, owned(1)));
    SamplerFrame answer = router.frame();
    assertThat(answer.refused().get(0).refusal()).isInstanceOf(Refusal.Malformed.class);
    assertThat(answer.acks()).containsExactly(8);
    assertThat(shards.heldSpans()).isEqualTo(1);
  }
}
