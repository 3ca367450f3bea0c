package io.ringtail.admin.call;

import com.codahale.metrics.Counter;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Status;
import io.ringtail.admin.v1.NodeLetter;
import io.ringtail.admin.v1.NodeQuestion;
import io.ringtail.admin.v1.NodeReply;
import io.ringtail.cluster.Member;
import io.ringtail.cluster.MemberMail;
import io.ringtail.metrics.Metrics;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks other members and answers them. Nothing is asked twice: the group delivers what it can, and
 * what it cannot is left to the deadline. A question has come from the node a client asked and is
 * not passed on.
 *
 * <p>Threads: any may ask. Letters come on the group's thread and are handed to {@code workers} at
 * once; if these have no room the letter is dropped and counted, and its sender's deadline passes.
 */
public final class NodeCalls {
  /** Of the letters this node writes, and the highest it understands. */
  static final int VERSION = 1;

  private static final Logger log = LoggerFactory.getLogger(NodeCalls.class);
  private static final int HOPS = 1;

  private final Optional<MemberMail> mail;
  private final String nodeId;
  private final Answerer answerer;
  private final Executor workers;
  private final AwakeTimer timer;
  private final AtomicLong ids = new AtomicLong();
  private final Map<Long, Pending> pending = new ConcurrentHashMap<>();
  private final Counter asked;
  private final Counter unanswered;
  private final Counter dropped;

  /**
   * @param bits of the incarnation asked: nobody else may answer
   */
  private record Pending(long bits, CompletableFuture<NodeReply> reply) {}

  /**
   * @param mail empty if nodes cannot write to each other
   * @param nodeId who asks, for the others' logs
   * @param answerer answers the others
   * @param workers where letters are read, written and answered
   */
  public NodeCalls(
      Optional<MemberMail> mail,
      String nodeId,
      Answerer answerer,
      Executor workers,
      AwakeTimer timer,
      Metrics metrics) {
    this.mail = mail;
    this.nodeId = nodeId;
    this.answerer = answerer;
    this.workers = workers;
    this.timer = timer;
    this.asked =
        metrics.counter(
            "ringtail_admin_questions_total", "Questions of the admin service to other nodes.");
    this.unanswered =
        metrics.counter(
            "ringtail_admin_unanswered_questions_total",
            "Questions of the admin service that another node did not answer in time.");
    this.dropped =
        metrics.counter(
            "ringtail_admin_dropped_letters_total",
            "Letters of other nodes' admin services that were not understood, or one too many.");
    mail.ifPresent(m -> m.read(this::onLetter));
  }

  /**
   * Asks one member.
   *
   * @param deadline of time in which this process runs
   * @param question its kind; the rest is filled in
   * @return fails with a {@link io.grpc.StatusRuntimeException}: {@code UNAVAILABLE} if it cannot
   *     be asked, {@code DEADLINE_EXCEEDED}, or as the other has failed
   */
  public CompletableFuture<NodeReply> ask(
      Member to, NodeQuestion.Builder question, Duration deadline) {
    CompletableFuture<NodeReply> reply = new CompletableFuture<>();
    if (mail.isEmpty()) {
      fail(reply, Status.UNAVAILABLE, "cannot be asked: with discovery: fixed nodes have no link");
      return reply;
    }
    long id = ids.incrementAndGet();
    long millis = Math.max(1, deadline.toMillis());
    byte[] letter =
        NodeLetter.newBuilder()
            .setVersion(VERSION)
            .setId(id)
            .setQuestion(
                question.setAsker(nodeId).setDeadlineMs((int) millis).setHops(HOPS).build())
            .build()
            .toByteArray();
    asked.inc();
    pending.put(id, new Pending(to.incarnation().bits(), reply)); // before its time can be over
    AwakeTimer.Countdown end = timer.after(Duration.ofMillis(millis), () -> expire(id, millis));
    var unused = reply.whenComplete((answer, failure) -> end.cancel());
    try {
      workers.execute(() -> send(mail.get(), id, to, letter));
    } catch (RejectedExecutionException e) {
      finish(id, Status.RESOURCE_EXHAUSTED.withDescription("this node is asked too much at once"));
    }
    return reply;
  }

  private void send(MemberMail over, long id, Member to, byte[] letter) {
    if (!over.send(to.incarnation().bits(), letter)) {
      finish(
          id,
          Status.UNAVAILABLE.withDescription(
              "cannot be asked: " + nodeId + " is not connected with it"));
    }
  }

  private void expire(long id, long millis) {
    Status late = Status.DEADLINE_EXCEEDED.withDescription("no answer within " + millis + " ms");
    if (finish(id, late)) {
      unanswered.inc();
    }
  }

  /** Returns whether it was still open. */
  @CanIgnoreReturnValue
  private boolean finish(long id, Status failure) {
    Pending p = pending.remove(id);
    if (p == null) {
      return false;
    }
    p.reply().completeExceptionally(failure.asRuntimeException());
    return true;
  }

  private static void fail(CompletableFuture<NodeReply> reply, Status status, String why) {
    reply.completeExceptionally(status.withDescription(why).asRuntimeException());
  }

  // ---- what comes

  private void onLetter(long fromBits, byte[] bytes) {
    try {
      workers.execute(() -> read(fromBits, bytes));
    } catch (RejectedExecutionException e) {
      dropped.inc();
      log.debug("letter dropped: too many at once, or closed");
    }
  }

  private void read(long fromBits, byte[] bytes) {
    NodeLetter letter;
    try {
      letter = NodeLetter.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      dropped.inc();
      log.warn("admin letter not understood bytes={} reason={}", bytes.length, e.getMessage());
      return;
    }
    switch (letter.getContentCase()) {
      case QUESTION -> onQuestion(fromBits, letter);
      case REPLY -> onReply(fromBits, letter);
      case CONTENT_NOT_SET -> {
        dropped.inc();
        log.debug("admin letter of an unknown kind version={}", letter.getVersion());
      }
    }
  }

  private void onReply(long fromBits, NodeLetter letter) {
    Pending p = pending.get(letter.getId());
    if (p == null || p.bits() != fromBits || !pending.remove(letter.getId(), p)) {
      return; // too late
    }
    NodeReply reply = letter.getReply();
    switch (reply.getAnswerCase()) {
      case FAILURE ->
          p.reply()
              .completeExceptionally(Failures.fromLetter(reply.getFailure()).asRuntimeException());
      case ANSWER_NOT_SET ->
          fail(p.reply(), Status.UNIMPLEMENTED, "its answer is not understood: it may be newer");
      default -> p.reply().complete(reply);
    }
  }

  private void onQuestion(long fromBits, NodeLetter letter) {
    NodeQuestion question = letter.getQuestion();
    log.debug("asked by={} kind={}", question.getAsker(), question.getKindCase());
    whyNotAnswered(letter)
        .map(CompletableFuture::<NodeReply>failedFuture)
        .orElseGet(() -> answer(question))
        .whenComplete(
            (reply, failure) -> {
              if (failure == null) {
                write(fromBits, letter.getId(), reply);
              } else {
                writeFailure(fromBits, letter.getId(), Failures.statusOf(failure));
              }
            });
  }

  private Optional<Throwable> whyNotAnswered(NodeLetter letter) {
    String speaks = nodeId + " speaks version " + VERSION + " of admin letters";
    NodeQuestion question = letter.getQuestion();
    if (letter.getVersion() > VERSION) {
      return unimplemented(speaks + ", asked in " + letter.getVersion());
    }
    if (question.getKindCase() == NodeQuestion.KindCase.KIND_NOT_SET) {
      return unimplemented(speaks + " and does not know this question");
    }
    return question.getHops() > HOPS
        ? unimplemented(
            "asked over " + question.getHops() + " nodes (expected at most " + HOPS + ")")
        : Optional.empty();
  }

  private static Optional<Throwable> unimplemented(String why) {
    return Optional.of(Status.UNIMPLEMENTED.withDescription(why).asRuntimeException());
  }

  private CompletableFuture<NodeReply> answer(NodeQuestion question) {
    try {
      return answerer.answer(question);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** What a shard's thread has answered is not written by it. */
  private void write(long toBits, long id, NodeReply reply) {
    try {
      workers.execute(() -> send(toBits, id, reply));
    } catch (RejectedExecutionException e) {
      dropped.inc();
    }
  }

  private void writeFailure(long toBits, long id, Status failure) {
    if (failure.getCode() == Status.Code.INTERNAL) {
      log.warn("question of another node failed", failure.getCause());
    }
    write(toBits, id, NodeReply.newBuilder().setFailure(Failures.toLetter(failure)).build());
  }

  private void send(long toBits, long id, NodeReply reply) {
    byte[] letter = letter(id, reply);
    if (letter.length > MemberMail.MAX_LETTER_BYTES) {
      Status tooLarge =
          Status.RESOURCE_EXHAUSTED.withDescription(
              "its answer is too large for other nodes to pass on: "
                  + letter.length
                  + " bytes (expected at most "
                  + MemberMail.MAX_LETTER_BYTES
                  + "); ask the node itself");
      letter = letter(id, NodeReply.newBuilder().setFailure(Failures.toLetter(tooLarge)).build());
    }
    mail.orElseThrow().send(toBits, letter);
  }

  private static byte[] letter(long id, NodeReply reply) {
    return NodeLetter.newBuilder()
        .setVersion(VERSION)
        .setId(id)
        .setReply(reply)
        .build()
        .toByteArray();
  }
}
