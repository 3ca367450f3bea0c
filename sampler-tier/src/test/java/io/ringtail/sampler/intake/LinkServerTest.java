package io.ringtail.sampler.intake;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.netty.buffer.ByteBuf;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.DictionaryLimits;
import io.ringtail.link.Farewell;
import io.ringtail.link.Hello;
import io.ringtail.link.Mark;
import io.ringtail.link.Peer;
import io.ringtail.link.RouterWord;
import io.ringtail.link.SamplerFrame;
import io.ringtail.link.SamplerWord;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** How a link begins and ends, and what is said on it beside spans. */
class LinkServerTest extends WithLinkServer {
  @Test
  void links_areToldWhatTheyMayRemember_andGiveItBack() throws Exception {
    Router first = new Router();
    first.call.sendMessage(new Hello(1, 1, ROUTER, SELF, 1).toMessage());
    assertThat(requireNonNull(first.frame().welcome()).dictionary())
        .isEqualTo(DictionaryLimits.DEFAULT);
    assertThat(dictionaries.grantedBytes()).isEqualTo(DictionaryLimits.DEFAULT.bytes());

    server.endLinks(Farewell.Reason.STOPPING, "as told");
    assertThat(requireNonNull(first.frame().farewell()).reason())
        .isEqualTo(Farewell.Reason.STOPPING);
    await().until(() -> dictionaries.grantedBytes() == 0);

    Set<Long> many = LongStream.range(0, 1000).boxed().collect(Collectors.toSet());
    server.forgetRouters(many);
    Router second = new Router();
    second.call.sendMessage(new Hello(1, 1, ROUTER, SELF, 2).toMessage());
    assertThat(requireNonNull(second.frame().welcome()).dictionary().bytes())
        .isEqualTo((1 << 30) / 4000);
  }

  @Test
  void link_withoutAHelloInTime_isEndedAndGivesBackWhatItMayRemember() throws Exception {
    Router greeted = greeted(1);
    Router silent = new Router();
    await().until(() -> dictionaries.grantedBytes() > DictionaryLimits.DEFAULT.bytes());
    nowNanos.addAndGet(TimeUnit.SECONDS.toNanos(11));
    assertThat(farewell(silent)).isEqualTo(Farewell.Reason.MALFORMED);
    await().until(() -> dictionaries.grantedBytes() == DictionaryLimits.DEFAULT.bytes());
    greeted.send(part(7, EPOCH, owned(1)));
    assertThat(greeted.frame().acks()).containsExactly(7);
  }

  @Test
  void link_onWhichSomethingFails_isEndedAndGivesBackAll() throws Exception {
    Router router = greeted(1);
    keeperFails = true;
    router.writer.word(new RouterWord.Lowered(1));
    router.call.sendMessage(router.writer.finish());
    assertThat(farewell(router)).isEqualTo(Farewell.Reason.UNSPECIFIED);
    await().until(() -> server.linksOpen() == 0);
    assertThat(dictionaries.grantedBytes()).isZero();
    assertThat(linkFailures()).isEqualTo(1);
  }

  /** gRPC says no more of a call that it has ended since a message of it could not be read. */
  @Test
  void link_whoseCallIsComplete_givesBackAll() {
    InboundLink link = server.accept(new DeafCall());
    assertThat(dictionaries.grantedBytes()).isPositive();
    link.onComplete();
    assertThat(dictionaries.grantedBytes()).isZero();
    link.onCancel();
    assertThat(dictionaries.grantedBytes()).isZero();
  }

  @Test
  void link_thatCannotBegin_givesBackWhatItMayRemember() {
    DeafCall call = new DeafCall();
    call.fails = true;
    assertThatThrownBy(() -> server.accept(call)).isInstanceOf(IllegalStateException.class);
    assertThat(dictionaries.grantedBytes()).isZero();
  }

  private static final class DeafCall extends ServerCall<ByteBuf, SamplerFrame> {
    private boolean fails;

    @Override
    public void request(int messages) {
      if (fails) {
        throw new IllegalStateException("told to fail");
      }
    }

    @Override
    public void sendHeaders(Metadata headers) {}

    @Override
    public void sendMessage(SamplerFrame frame) {}

    @Override
    public void close(Status status, Metadata trailers) {}

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public MethodDescriptor<ByteBuf, SamplerFrame> getMethodDescriptor() {
      throw new AssertionError("not asked for");
    }
  }

  @Test
  void routers_noLongerNamedAndWithoutALink_areForgotten() throws Exception {
    Router first = greeted(1);
    use(new EpochOrder(0, 6));
    assertThat(server.routersKnown()).isEqualTo(1);
    first.call.halfClose();
    await().until(() -> server.linksOpen() == 0);
    shards.start();
    await()
        .untilAsserted(
            () -> {
              use(new EpochOrder(0, 7));
              assertThat(server.routersKnown()).isZero();
            });
  }

  @Test
  void mark_goesWithAcks_andByItself_onceEachTimeItChanges() throws Exception {
    marks.put(9L, new Mark(5, EPOCH));
    Router router = greeted(1);
    router.send(part(7, EPOCH, owned(1)));
    assertThat(router.frame().mark()).isEqualTo(new Mark(5, EPOCH));
    router.send(part(8, EPOCH, owned(2)));
    assertThat(router.frame().mark()).isNull();
    server.tellMarks();
    marks.put(9L, new Mark(6, EPOCH));
    server.tellMarks();
    assertThat(router.frame().mark()).isEqualTo(new Mark(6, EPOCH));
    assertThat(router.frames).isEmpty();
  }

  @Test
  void word_isSaidOnTheRoutersLink_withTheMarkOfThatMoment() throws Exception {
    Router router = greeted(1);
    assertThat(linked).containsExactly(ROUTER);
    marks.put(9L, new Mark(5, EPOCH));
    server.say(9, new SamplerWord.Lowering(1, 5));
    server.say(10, new SamplerWord.Lowering(1, 5));
    SamplerFrame frame = router.frame();
    assertThat(frame.words()).containsExactly(new SamplerWord.Lowering(1, 5));
    assertThat(frame.mark()).isEqualTo(new Mark(5, EPOCH));
  }

  @Test
  void word_ofARouter_isToldToTheKeeper() throws Exception {
    Router router = greeted(1);
    router.writer.word(new RouterWord.Lowered(1));
    router.call.sendMessage(router.writer.finish());
    assertThat(words.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .isEqualTo(new RouterWord.Lowered(1));
  }

  @Test
  void hello_forAMemberOfAFixedList_isWelcome() throws Exception {
    Router router = new Router();
    router.call.sendMessage(
        new Hello(1, 1, ROUTER, new Peer("sampler-0", incarnation(0)), 1).toMessage());
    assertThat(router.frame().welcome()).isNotNull();
  }

  @Test
  void hello_forAnotherIncarnation_isSentAway() throws Exception {
    Router router = new Router();
    router.call.sendMessage(
        new Hello(1, 1, ROUTER, new Peer("sampler-0", incarnation(2)), 1).toMessage());
    assertThat(farewell(router)).isEqualTo(Farewell.Reason.NOT_ME);
  }

  @Test
  void hello_ofLaterVersionsOnly_isSentAway() throws Exception {
    Router router = new Router();
    router.call.sendMessage(new Hello(2, 3, ROUTER, SELF, 1).toMessage());
    assertThat(farewell(router)).isEqualTo(Farewell.Reason.VERSION);
  }

  @Test
  void secondLinkOfARouter_greets_fencesTheFirst() throws Exception {
    Router first = greeted(1);
    Router second = greeted(2);
    assertThat(farewell(first)).isEqualTo(Farewell.Reason.FENCED);
    second.send(part(7, EPOCH, owned(1)));
    assertThat(second.frame().acks()).containsExactly(7);
    Router late = new Router();
    late.call.sendMessage(new Hello(1, 1, ROUTER, SELF, 1).toMessage());
    assertThat(farewell(late)).isEqualTo(Farewell.Reason.FENCED);
  }
}
