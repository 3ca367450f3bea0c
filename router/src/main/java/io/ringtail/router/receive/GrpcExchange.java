package io.ringtail.router.receive;

import io.grpc.KnownLength;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.ringtail.compress.Compression;
import io.ringtail.otlp.json.ExportResponse;
import io.ringtail.refusal.Refusal;
import io.ringtail.refusal.RefusalMapping;
import io.ringtail.router.receive.ReceiveMetrics.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One gRPC call. Its message lies in the event loop's {@link BodyScratch} until the client has
 * half-closed, which in all but odd clients is the next event; else it moves to an array of its
 * own. Threads: see {@link Exchange}.
 */
final class GrpcExchange extends Exchange implements BodyScratch.Owner {
  private final Call call;
  private final Metadata headers;
  private final Compression encoding;
  private final IncomingCalls incoming;
  private final long startNanos = System.nanoTime();

  private boolean messageSeen;
  private Compression compression = Compression.NONE;
  private int length;
  private byte @Nullable [] movedOut;

  /**
   * @param encoding what the call's {@code grpc-encoding} says; a message may still be plain
   * @param incoming joined until the request is whole, or given up
   */
  GrpcExchange(
      Reception reception,
      ReceiveMetrics metrics,
      ServerCall<InputStream, byte[]> call,
      Metadata headers,
      Compression encoding,
      IncomingCalls incoming) {
    super(reception, metrics);
    this.call = new Call(call);
    this.headers = headers;
    this.encoding = encoding;
    this.incoming = incoming;
    incoming.add(this);
  }

  /** The events of the call, all on its event loop. */
  ServerCall.Listener<InputStream> listener() {
    return new Listener();
  }

  /** Closes the call if it has not become whole in time. Any thread. */
  void checkTimeout(long nowNanos) {
    if (nowNanos - startNanos > reception().config().times().requestTimeout().toNanos()) {
      incoming.remove(this);
      refused(reception().notWhole());
    }
  }

  /** gRPC itself gave the stream up: its own size limit, or the client. */
  void streamClosed(Status status) {
    if (status.getCode() == Status.Code.RESOURCE_EXHAUSTED) {
      incoming.remove(this);
      refusedFor(Reason.TOO_LARGE);
    }
  }

  @Override
  public void moveOut(byte[] array) {
    if (!done()) {
      movedOut = Arrays.copyOf(array, length);
    }
  }

  @Override
  public void lost(Throwable why) {
    failed(why);
  }

  /** Whether it has an array of its own. On the event loop. */
  boolean hasMovedOut() {
    return movedOut != null;
  }

  private void message(InputStream stream) {
    if (messageSeen) {
      violation("two messages in a unary call");
      return;
    }
    messageSeen = true;
    if (done()) {
      return;
    }
    compression = stream instanceof KnownLength ? Compression.NONE : encoding;
    try {
      length = BodyScratch.current().read(stream, this);
    } catch (IOException | RuntimeException | Error e) { // gRPC would answer UNKNOWN, for good
      failed(e);
    }
  }

  private void halfClosed() {
    incoming.remove(this);
    if (!messageSeen) {
      violation("no message in a unary call");
      return;
    }
    BodyScratch scratch = BodyScratch.current();
    if (!done()) {
      byte[] body = movedOut != null ? movedOut : scratch.rawArray();
      whole(scratch, compression, body, 0, length, reception().contexts().of(headers));
    }
    letGo();
    scratch.settle();
  }

  /** The body is not needed any more. */
  private void letGo() {
    BodyScratch.current().disown(this);
    movedOut = null;
  }

  private void cancelled() {
    over();
    abandoned();
  }

  /** Nothing comes after this; it may have been answered before it was whole. */
  private void over() {
    incoming.remove(this);
    letGo();
  }

  /** Code by the table in gRPC's statuscodes.md, "request cardinality violation". */
  private void violation(String message) {
    over();
    if (refusedFor(Reason.BAD_REQUEST)) {
      call.close(Status.UNIMPLEMENTED.withDescription(message), new Metadata());
    }
  }

  @Override
  void answerAccepted(long rejectedSpans, String message) {
    call.answer(new ExportResponse(rejectedSpans, message).toProtobuf());
  }

  @Override
  void answerRefused(Refusal refusal) {
    incoming.remove(this);
    call.close(RefusalMapping.grpcStatus(refusal), RefusalMapping.grpcTrailers(refusal));
  }

  @Override
  void answerFailed(String message) {
    call.close(Status.INTERNAL.withDescription(message), new Metadata());
  }

  /** What is sent on a call; by the one thread that finished the exchange. */
  private record Call(ServerCall<InputStream, byte[]> call) {
    void answer(byte[] response) {
      if (call.isCancelled()) {
        return;
      }
      call.sendHeaders(new Metadata());
      call.sendMessage(response);
      call.close(Status.OK, new Metadata());
    }

    void close(Status status, Metadata trailers) {
      if (!call.isCancelled()) {
        call.close(status, trailers);
      }
    }
  }

  private final class Listener extends ServerCall.Listener<InputStream> {
    @Override
    public void onMessage(InputStream stream) {
      message(stream);
    }

    @Override
    public void onHalfClose() {
      try {
        halfClosed();
      } catch (RuntimeException | Error e) {
        failed(e);
      }
    }

    @Override
    public void onCancel() {
      cancelled();
    }

    @Override
    public void onComplete() {
      over();
    }
  }
}
