package io.ringtail.router.receive;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.ringtail.compress.Compression;
import io.ringtail.metrics.Metrics;
import io.ringtail.router.receive.ReceiveMetrics.Reason;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A call whose body is in the way of another's, event by event on the test's thread. */
final class GrpcExchangeTest {
  private static final byte[] BODY = {1, 2, 3};

  private final FakeIngress ingress = new FakeIngress();
  private final ReceiveConfig config = ReceiveConfig.defaults();
  private final InFlightBytes inFlight =
      new InFlightBytes(config.maxBytesInFlight(), config.maxBytesIncoming());
  private final ReceiveMetrics metrics = new ReceiveMetrics(new Metrics(), "grpc");
  private final IncomingCalls incoming = new IncomingCalls(metrics);
  private final FakeCall call = new FakeCall();
  private final GrpcExchange exchange = exchange(call);
  private final ServerCall.Listener<InputStream> listener = exchange.listener();

  private GrpcExchange exchange(FakeCall of) {
    return new GrpcExchange(
        new Reception(config, ingress, inFlight, new ContextHeaders(List.of())),
        metrics,
        of,
        new Metadata(),
        Compression.NONE,
        incoming);
  }

  @AfterEach
  void nothingIsHeld() {
    assertThat(exchange.hasMovedOut()).isFalse();
    assertThat(BodyScratch.current().ownedBy(exchange)).isFalse();
    assertThat(incoming.isEmpty()).isTrue();
    assertThat(inFlight.incoming()).isZero();
    assertThat(inFlight.bytes()).isZero();
  }

  @Test
  void body_movedOut_isTheOneHandedOver() {
    listener.onMessage(new ByteArrayInputStream(BODY));
    anotherBodyComes();
    assertThat(exchange.hasMovedOut()).isTrue();
    listener.onHalfClose();
    assertThat(ingress.requests).hasSize(1);
    assertThat(ingress.requests.get(0).body()).isEqualTo(BODY);
    listener.onComplete();
  }

  @Test
  void client_thatCancels_bodyMovedOutIsLetGo() {
    listener.onMessage(new ByteArrayInputStream(BODY));
    anotherBodyComes();
    listener.onCancel();
    assertThat(ingress.requests).isEmpty();
  }

  @Test
  void call_refusedBeforeAnotherBodyComes_isNotMovedOut() {
    listener.onMessage(new ByteArrayInputStream(BODY));
    timeOut();
    anotherBodyComes();
    assertThat(exchange.hasMovedOut()).isFalse();
    assertThat(call.closed).containsExactly(Status.Code.DEADLINE_EXCEEDED);
  }

  @Test
  void call_refusedAfterItWasMovedOut_letsGoWhenItIsComplete() {
    listener.onMessage(new ByteArrayInputStream(BODY));
    anotherBodyComes();
    timeOut();
    listener.onComplete();
    assertThat(call.closed).containsExactly(Status.Code.DEADLINE_EXCEEDED);
  }

  @Test
  void body_forWhichThereIsNoMemory_isRefusedForNow() {
    assertThat(exchange.arrived(BODY.length)).isTrue();
    listener.onMessage(
        new InputStream() {
          @Override
          public int read() {
            throw new OutOfMemoryError("told to fail");
          }

          @Override
          public int read(byte[] array, int offset, int length) {
            return read();
          }
        });
    assertThat(call.closed).containsExactly(Status.Code.UNAVAILABLE);
    listener.onHalfClose();
    listener.onComplete();
    assertThat(ingress.requests).isEmpty();
    assertThat(metrics.refused(Reason.BUSY).getCount()).isEqualTo(1);
  }

  @Test
  void body_thatCannotMoveOut_isRefusedForNow() {
    listener.onMessage(new ByteArrayInputStream(BODY));
    exchange.lost(new OutOfMemoryError("told to fail"));
    anotherBodyComes();
    listener.onHalfClose();
    assertThat(call.closed).containsExactly(Status.Code.UNAVAILABLE);
    assertThat(ingress.requests).isEmpty();
  }

  @Test
  void sweep_overACallThatFails_endsTheOthers() {
    FakeCall failing = new FakeCall();
    failing.fails = true;
    FakeCall other = new FakeCall();
    exchange(failing);
    exchange(other);
    incoming.sweep(System.nanoTime() + 2 * config.times().requestTimeout().toNanos());
    assertThat(call.closed).containsExactly(Status.Code.DEADLINE_EXCEEDED);
    assertThat(other.closed).containsExactly(Status.Code.DEADLINE_EXCEEDED);
    assertThat(metrics.failures()).isEqualTo(1);
  }

  private static void anotherBodyComes() {
    byte[] other = BodyScratch.current().raw(BODY.length);
    other[0] = 9;
  }

  private void timeOut() {
    exchange.checkTimeout(System.nanoTime() + 2 * config.times().requestTimeout().toNanos());
  }

  private static final class FakeCall extends ServerCall<InputStream, byte[]> {
    final List<Status.Code> closed = new ArrayList<>();
    private boolean fails;

    @Override
    public void request(int messages) {}

    @Override
    public void sendHeaders(Metadata headers) {}

    @Override
    public void sendMessage(byte[] message) {}

    @Override
    public void close(Status status, Metadata trailers) {
      if (fails) {
        throw new IllegalStateException("told to fail");
      }
      closed.add(status.getCode());
    }

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public MethodDescriptor<InputStream, byte[]> getMethodDescriptor() {
      throw new AssertionError("not asked for");
    }
  }
}
