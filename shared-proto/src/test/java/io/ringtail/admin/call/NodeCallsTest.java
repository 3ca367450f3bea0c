package io.ringtail.admin.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.ringtail.admin.v1.NodeLetter;
import io.ringtail.admin.v1.NodeMetrics;
import io.ringtail.admin.v1.NodeQuestion;
import io.ringtail.admin.v1.NodeReply;
import io.ringtail.admin.v1.NodeStatus;
import io.ringtail.admin.v1.StatusQuestion;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.cluster.Member;
import io.ringtail.cluster.MemberMail;
import io.ringtail.metrics.Metrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NodeCallsTest {
  private static final long ME = 1;
  private static final long OTHER = 2;
  private static final Member TO =
      new Member(
          "s1",
          new Incarnation(EpochOrder.NONE, OTHER),
          Member.Role.SAMPLER,
          Member.State.ACTIVE,
          100,
          "",
          "",
          "",
          1);
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final FakeGroup group = new FakeGroup();
  private final ManualTimer timer = new ManualTimer();
  private final Metrics metrics = new Metrics();
  private final Metrics otherMetrics = new Metrics();
  private final List<NodeQuestion> heard = new ArrayList<>();
  private final NodeCalls me = calls(ME, "r0", metrics, q -> failed(Status.INTERNAL));

  @AfterEach
  void stop() {
    timer.shutdownNow();
  }

  private NodeCalls calls(long bits, String id, Metrics to, Answerer answerer) {
    return new NodeCalls(group.mail(bits), id, answerer, Runnable::run, timer.awake(), to);
  }

  private void other(Answerer answerer) {
    calls(
        OTHER,
        "s1",
        otherMetrics,
        q -> {
          heard.add(q);
          return answerer.answer(q);
        });
  }

  private static NodeQuestion.Builder status() {
    return NodeQuestion.newBuilder().setStatus(StatusQuestion.getDefaultInstance());
  }

  private static CompletableFuture<NodeReply> failed(Status status) {
    return CompletableFuture.failedFuture(status.asRuntimeException());
  }

  private static Status failure(CompletableFuture<NodeReply> reply) {
    assertThat(reply).isDone();
    try {
      throw new AssertionError(reply.join());
    } catch (CompletionException e) {
      return Failures.statusOf(e);
    }
  }

  @Test
  void question_answered_saysWhoAsksAndForHowLong() {
    NodeStatus status = NodeStatus.newBuilder().setNodeId("s1").build();
    other(q -> CompletableFuture.completedFuture(NodeReply.newBuilder().setStatus(status).build()));
    assertThat(me.ask(TO, status(), SECOND).join().getStatus()).isEqualTo(status);
    assertThat(heard).hasSize(1);
    assertThat(heard.get(0).getAsker()).isEqualTo("r0");
    assertThat(heard.get(0).getDeadlineMs()).isEqualTo(1_000);
    assertThat(heard.get(0).getHops()).isEqualTo(1);
    timer.pass();
    assertThat(metrics.total("ringtail_admin_questions_total")).isEqualTo(1);
    assertThat(metrics.total("ringtail_admin_unanswered_questions_total")).isZero();
  }

  /** What is asked of it is late at once. */
  private static final class HastyTimer extends ScheduledThreadPoolExecutor {
    private long nowNanos;

    HastyTimer() {
      super(0);
    }

    AwakeTimer awake() {
      return new AwakeTimer(this, () -> nowNanos);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable what, long delay, TimeUnit unit) {
      nowNanos += unit.toNanos(delay);
      what.run();
      return super.schedule(() -> {}, 1, TimeUnit.DAYS);
    }
  }

  @Test
  void question_whoseTimeIsOverAtOnce_fails() {
    HastyTimer hasty = new HastyTimer();
    NodeCalls late =
        new NodeCalls(
            group.mail(ME),
            "r0",
            q -> failed(Status.INTERNAL),
            Runnable::run,
            hasty.awake(),
            metrics);
    Status failure = failure(late.ask(TO, status(), SECOND));
    assertThat(failure.getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    hasty.shutdownNow();
  }

  @Test
  void asker_thatStoodStill_takesTheAnswersThatCameMeanwhile() {
    CompletableFuture<NodeReply> answer = new CompletableFuture<>();
    other(q -> answer);
    CompletableFuture<NodeReply> reply = me.ask(TO, status(), SECOND);
    timer.passMillis(950);
    timer.standStillMillis(5_000);
    assertThat(reply).isNotDone();
    answer.complete(NodeReply.newBuilder().setApplied("done").build());
    assertThat(reply.join().getApplied()).isEqualTo("done");
  }

  @Test
  void question_refused_failsAsTheOtherDid() {
    other(q -> failed(Status.FAILED_PRECONDITION.withDescription("it stops")));
    Status failure = failure(me.ask(TO, status(), SECOND));
    assertThat(failure.getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(failure.getDescription()).isEqualTo("it stops");
  }

  @Test
  void question_whoseAnswerThrows_failsAsABugOfTheOther() {
    other(
        q -> {
          throw new IllegalStateException("broken");
        });
    Status failure = failure(me.ask(TO, status(), SECOND));
    assertThat(failure.getCode()).isEqualTo(Status.Code.INTERNAL);
    assertThat(failure.getDescription()).contains("see the log", "broken");
  }

  @Test
  void question_notAnsweredInTime_failsAndALateAnswerIsPassedOver() {
    CompletableFuture<NodeReply> late = new CompletableFuture<>();
    other(q -> late);
    CompletableFuture<NodeReply> reply = me.ask(TO, status(), SECOND);
    assertThat(reply).isNotDone();
    timer.pass();
    assertThat(failure(reply).getDescription()).isEqualTo("no answer within 1000 ms");
    assertThat(metrics.total("ringtail_admin_unanswered_questions_total")).isEqualTo(1);
    late.complete(NodeReply.newBuilder().setApplied("done").build());
    assertThat(failure(reply).getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
  }

  @Test
  void question_toOneNotInTheGroup_failsAtOnce() {
    Status failure = failure(me.ask(TO, status(), SECOND));
    assertThat(failure.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(failure.getDescription()).isEqualTo("cannot be asked: r0 is not connected with it");
  }

  @Test
  void question_withoutAGroup_failsAtOnce() {
    NodeCalls fixed =
        new NodeCalls(
            Optional.empty(),
            "r0",
            q -> failed(Status.OK),
            Runnable::run,
            timer.awake(),
            new Metrics());
    Status failure = failure(fixed.ask(TO, status(), SECOND));
    assertThat(failure.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(failure.getDescription()).contains("discovery: fixed");
  }

  @Test
  void question_ofANewerKind_isAnsweredAsNotKnown() {
    other(q -> failed(Status.INTERNAL));
    Status failure = failure(me.ask(TO, NodeQuestion.newBuilder(), SECOND));
    assertThat(failure.getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
    assertThat(failure.getDescription())
        .isEqualTo("s1 speaks version 1 of admin letters and does not know this question");
    assertThat(heard).isEmpty();
  }

  @Test
  void question_ofANewerVersion_isAnsweredAsNotUnderstood() throws Exception {
    other(q -> failed(Status.INTERNAL));
    NodeReply reply =
        answerTo(NodeLetter.newBuilder().setVersion(2).setId(77).setQuestion(status().setHops(1)));
    assertThat(Status.fromCodeValue(reply.getFailure().getCode()).getCode())
        .isEqualTo(Status.Code.UNIMPLEMENTED);
    assertThat(reply.getFailure().getMessage()).contains("version 1", "asked in 2");
    assertThat(heard).isEmpty();
  }

  @Test
  void question_passedOnByAnother_isNotAnswered() throws Exception {
    other(q -> failed(Status.INTERNAL));
    NodeReply reply =
        answerTo(NodeLetter.newBuilder().setVersion(1).setId(77).setQuestion(status().setHops(2)));
    assertThat(reply.getFailure().getMessage()).contains("2 nodes", "at most 1");
    assertThat(heard).isEmpty();
  }

  /** Asked by somebody who is not one of ours. */
  private NodeReply answerTo(NodeLetter.Builder letter) throws Exception {
    List<byte[]> answers = new ArrayList<>();
    group.mail(9).orElseThrow().read((from, bytes) -> answers.add(bytes));
    group.deliver(9, OTHER, letter.build().toByteArray());
    assertThat(answers).hasSize(1);
    NodeLetter answer = NodeLetter.parseFrom(answers.get(0));
    assertThat(answer.getId()).isEqualTo(letter.getId());
    return answer.getReply();
  }

  @Test
  void answer_ofANewerKind_isSaidNotToBeUnderstood() {
    other(q -> CompletableFuture.completedFuture(NodeReply.getDefaultInstance()));
    Status failure = failure(me.ask(TO, status(), SECOND));
    assertThat(failure.getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
    assertThat(failure.getDescription()).contains("may be newer");
  }

  @Test
  void answer_overTheLimit_isReplacedByWhy() {
    String text = "x".repeat(MemberMail.MAX_LETTER_BYTES);
    other(
        q ->
            CompletableFuture.completedFuture(
                NodeReply.newBuilder().setMetrics(NodeMetrics.newBuilder().setText(text)).build()));
    Status failure = failure(me.ask(TO, status(), SECOND));
    assertThat(failure.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(failure.getDescription())
        .contains("expected at most 1048576", "ask the node itself");
  }

  @Test
  void answer_ofSomebodyElse_isPassedOver() {
    group.hang(OTHER);
    other(q -> failed(Status.INTERNAL));
    CompletableFuture<NodeReply> reply = me.ask(TO, status(), SECOND);
    byte[] forged =
        NodeLetter.newBuilder()
            .setVersion(1)
            .setId(1)
            .setReply(NodeReply.newBuilder().setApplied("done"))
            .build()
            .toByteArray();
    group.deliver(3, ME, forged);
    assertThat(reply).isNotDone();
    group.deliver(OTHER, ME, forged);
    assertThat(reply.join().getApplied()).isEqualTo("done");
  }

  @Test
  void letters_notUnderstood_areCounted() {
    group.deliver(OTHER, ME, new byte[] {(byte) 0xff, 1, 2});
    group.deliver(OTHER, ME, NodeLetter.newBuilder().setVersion(9).build().toByteArray());
    assertThat(metrics.total("ringtail_admin_dropped_letters_total")).isEqualTo(2);
  }

  @Test
  void workers_withoutRoom_makeAnAskerWaitAndAnAskFail() {
    Metrics full = new Metrics();
    NodeCalls busy =
        new NodeCalls(
            group.mail(5),
            "r5",
            q -> failed(Status.INTERNAL),
            task -> {
              throw new RejectedExecutionException("full");
            },
            timer.awake(),
            full);
    group.deliver(ME, 5, new byte[0]);
    assertThat(full.total("ringtail_admin_dropped_letters_total")).isEqualTo(1);
    assertThat(failure(busy.ask(TO, status(), SECOND)).getCode())
        .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
  }

  @Test
  void failures_ofAnyKind_haveAStatus() {
    assertThat(Failures.statusOf(new CompletionException(new IllegalStateException("x"))).getCode())
        .isEqualTo(Status.Code.INTERNAL);
    assertThat(Failures.statusOf(Status.NOT_FOUND.asException()).getCode())
        .isEqualTo(Status.Code.NOT_FOUND);
    assertThatThrownBy(() -> failed(Status.ABORTED).join()).isInstanceOf(CompletionException.class);
  }
}
