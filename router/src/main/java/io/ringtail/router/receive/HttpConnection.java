package io.ringtail.router.receive;

import io.grpc.Status;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.ringtail.http1.WantedRequests;
import io.ringtail.refusal.Refusal;
import io.ringtail.router.receive.HttpRequestHead.Problem;
import java.io.IOException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 connection: one request at a time, the next is decoded when the client has taken the
 * answer to the last, so pipelined requests are answered in order, and one who sends and does not
 * read has one answer waiting, for as long as a request may take to come.
 *
 * <p>A request that is refused before it is whole is answered at once. What is left of its body is
 * read and dropped if its length is known to be small enough, so that the connection lives on; else
 * the connection is closed, after a moment in which the client can read the answer: {@link
 * LingeringClose}. What a client does not do in time ends it: {@link HttpPatience}.
 *
 * <p>Threads: the event loop's, but for {@link #answer}.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // what fails closes the channel: channelInactive tells
final class HttpConnection extends ChannelInboundHandlerAdapter {
  private static final int MAX_INITIAL_LINE_BYTES = 4096;
  private static final int MAX_PIECE_BYTES = 256 * 1024;

  private final Reception reception;
  private final ReceiveMetrics metrics;
  private final ReceiveConfig config;
  private final BooleanSupplier sendsAway;
  private final WantedRequests requests;
  private @Nullable ChannelHandlerContext context;

  private final HttpPatience patience;
  private final LingeringClose closing = new LingeringClose();
  private final HttpBody body = new HttpBody();
  private @Nullable HttpExchange exchange;
  private long seenBytes;
  private boolean bodyEnded = true;
  private boolean keepAlive = true;
  private boolean withoutBody;
  private boolean answered = true;
  private @Nullable ChannelFuture answerTaken;
  private boolean inHandOver;
  private boolean draining;

  /**
   * @param sendsAway whether an answer closes the connection
   */
  HttpConnection(Reception reception, ReceiveMetrics metrics, BooleanSupplier sendsAway) {
    this.reception = reception;
    this.metrics = metrics;
    this.sendsAway = sendsAway;
    this.config = reception.config();
    this.patience =
        new HttpPatience(
            config.times(), ThreadLocalRandom.current().nextDouble(0.9, 1.1), System.nanoTime());
    HttpDecoderConfig decoding =
        new HttpDecoderConfig()
            .setMaxInitialLineLength(MAX_INITIAL_LINE_BYTES)
            .setMaxHeaderSize(config.maxHeaderBytes())
            .setMaxChunkSize(MAX_PIECE_BYTES);
    this.requests = new WantedRequests(decoding, this::wantsMore);
  }

  /** What this connection reads its requests from; to stand before it. */
  WantedRequests requests() {
    return requests;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    scheduleCheck(ctx);
  }

  /** Bytes have come, which need not be a whole head yet. */
  void bytesSeen() {
    if (answered) {
      patience.bytesSeen(System.nanoTime());
    }
  }

  private boolean wantsMore() {
    return exchange == null || !bodyEnded || closing.hasBegun();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      if (message instanceof HttpRequest request && !closing.hasBegun()) {
        begin(ctx, request);
      }
      if (message instanceof HttpContent content) {
        content(ctx, content);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void begin(ChannelHandlerContext ctx, HttpRequest request) {
    HttpRequestHead head = HttpRequestHead.of(request);
    HttpExchange begun = new HttpExchange(reception, metrics, this, head);
    exchange = begun;
    long nowNanos = System.nanoTime();
    keepAlive = head.keepAlive() && !draining && !patience.isTooOld(nowNanos);
    answered = false;
    withoutBody = request.method().equals(HttpMethod.HEAD);
    bodyEnded = request.decoderResult().isFailure();
    seenBytes = 0;
    patience.requestBegun(nowNanos);
    begun.takeContext(request.headers());
    boolean chunked = HttpUtil.isTransferEncodingChunked(request);
    boolean tooLarge = head.contentLength() > config.maxRequestBytes();
    refuseEarly(begun, head, !chunked && !tooLarge && !head.expectsContinue());
    if (!answered && head.expectsContinue()) {
      ctx.writeAndFlush(
          new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
    }
  }

  /**
   * Answers at once what need not be read.
   *
   * @param skippable whether the rest of the body is short enough to be read and dropped
   */
  private void refuseEarly(HttpExchange begun, HttpRequestHead head, boolean skippable) {
    boolean keptAlive = keepAlive;
    keepAlive &= skippable;
    Problem problem = head.problem();
    Refusal unsupported = head.unsupported();
    Refusal refusal = problem == null && unsupported == null ? reception.admit() : null;
    if (problem != null) {
      begun.fail(problem);
    } else if (unsupported != null) {
      begun.refused(unsupported);
    } else if (head.contentLength() > config.maxRequestBytes()) {
      begun.refused(reception.tooLarge(head.contentLength()));
    } else if (refusal != null) {
      begun.refused(refusal);
    } else {
      keepAlive = keptAlive;
    }
  }

  private void content(ChannelHandlerContext ctx, HttpContent content) {
    HttpExchange current = exchange;
    boolean last = content instanceof LastHttpContent;
    if (current == null || bodyEnded) {
      return;
    }
    if (content.decoderResult().isFailure()) {
      bodyEnded = true;
      keepAlive = false;
      current.fail(
          new Problem(
              HttpResponseStatus.BAD_REQUEST,
              Status.Code.INVALID_ARGUMENT,
              "not HTTP: " + content.decoderResult().cause().getMessage()));
      return;
    }
    seenBytes += content.content().readableBytes();
    if (answered) {
      skip(ctx, last);
      return;
    }
    bodyEnded = last;
    if (seenBytes > config.maxRequestBytes()) {
      keepAlive &= last;
      current.refused(reception.tooLarge(seenBytes));
    } else if (current.arrived(content.content().readableBytes())) {
      take(ctx, current, content.content(), last);
    }
  }

  /** Drops a piece of the body of a request that was answered early. */
  private void skip(ChannelHandlerContext ctx, boolean last) {
    bodyEnded = last;
    if (closing.hasBegun()) {
      return;
    }
    if (last) {
      nextOnceTaken(ctx);
    } else if (seenBytes > config.maxRequestBytes()) {
      ctx.close();
    }
  }

  private void take(ChannelHandlerContext ctx, HttpExchange current, ByteBuf piece, boolean last) {
    if (!last) {
      body.add(ctx.alloc(), piece);
      return;
    }
    BodyScratch scratch = BodyScratch.current();
    int length = body.end(scratch, piece);
    patience.requestWhole();
    inHandOver = true;
    try {
      current.whole(scratch, length);
    } finally {
      inHandOver = false;
      scratch.settle();
    }
  }

  /** Sends the answer to a request. Any thread. */
  void answer(HttpExchange to, HttpAnswer answer) {
    ChannelHandlerContext ctx = context;
    if (ctx == null) {
      throw new AssertionError("no connection yet");
    }
    if (ctx.executor().inEventLoop() && !inHandOver) {
      write(ctx, to, answer);
    } else {
      // Never while the ingress still reads the body: the next request would overwrite it.
      ctx.executor().execute(() -> write(ctx, to, answer));
    }
  }

  private void write(ChannelHandlerContext ctx, HttpExchange to, HttpAnswer answer) {
    if (exchange != to || answered || !ctx.channel().isActive()) {
      return;
    }
    answered = true;
    body.release();
    keepAlive &= !draining && !sendsAway.getAsBoolean();
    boolean whole = patience.isOurTurn();
    patience.answered(System.nanoTime());
    FullHttpResponse response = answer.response();
    HttpUtil.setKeepAlive(response, keepAlive);
    if (withoutBody) {
      response.content().clear(); // what its length would be is said all the same
    }
    ChannelFuture written = ctx.writeAndFlush(response);
    written.addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    answerTaken = written;
    if (!keepAlive) {
      closeSoon(ctx, written, whole);
    } else if (bodyEnded) {
      nextOnceTaken(ctx);
    }
  }

  /** Closes when the client has read the answer: at once if nothing of it is left to be read. */
  private void closeSoon(ChannelHandlerContext ctx, ChannelFuture written, boolean whole) {
    if (bodyEnded && whole) {
      written.addListener(ChannelFutureListener.CLOSE);
      return;
    }
    closing.begin(ctx, written);
    requests.goOn();
  }

  /** Goes on with the next request when the answer to this one is on its way. */
  private void nextOnceTaken(ChannelHandlerContext ctx) {
    HttpExchange current = exchange;
    ChannelFuture taken = answerTaken;
    if (taken != null) {
      taken.addListener(
          future -> {
            if (future.isSuccess() && exchange == current) {
              next(ctx);
            }
          });
    }
  }

  private void next(ChannelHandlerContext ctx) {
    exchange = null;
    answerTaken = null;
    if (draining) {
      ctx.close();
      return;
    }
    patience.idle(System.nanoTime());
    if (requests.holdsBytes()) {
      bytesSeen();
    }
    requests.goOn();
  }

  /** Closes the connection as soon as its request, if any, is answered. On the event loop. */
  void drain() {
    draining = true;
    ChannelHandlerContext ctx = context;
    if (exchange == null && ctx != null) {
      ctx.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    HttpExchange current = exchange;
    if (current != null && !answered) {
      current.abandoned();
    }
    exchange = null;
    body.release();
    ctx.fireChannelInactive();
  }

  /** What was read of a request may not be all of it: once that is answered the connection ends. */
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    boolean told = false;
    try {
      told = !(cause instanceof IOException) && tell(cause);
    } finally {
      if (!told) {
        ctx.close();
      }
    }
  }

  /** Returns whether the client was answered that, which closes the connection. */
  private boolean tell(Throwable cause) {
    HttpExchange current = exchange;
    if (current == null || answered || current.handedOver()) {
      metrics.failed("where=connection", cause);
      return false;
    }
    keepAlive = false;
    current.failed(cause);
    return answered;
  }

  private void scheduleCheck(ChannelHandlerContext ctx) {
    ctx.executor().schedule(() -> check(ctx), patience.checkNanos(), TimeUnit.NANOSECONDS);
  }

  private void check(ChannelHandlerContext ctx) {
    if (!ctx.channel().isActive()) {
      return;
    }
    long nowNanos = System.nanoTime();
    if (exchange == null && patience.isTooOld(nowNanos)) {
      ctx.close();
      return;
    }
    if (patience.isOver(nowNanos)) {
      try {
        expire(ctx);
      } catch (RuntimeException | Error e) { // thrown on, it would be the last check
        exceptionCaught(ctx, e);
      }
    }
    scheduleCheck(ctx);
  }

  private void expire(ChannelHandlerContext ctx) {
    HttpExchange current = exchange;
    if (current == null || answered) {
      ctx.close();
      return;
    }
    keepAlive = false;
    current.refused(reception.notWhole());
  }
}
