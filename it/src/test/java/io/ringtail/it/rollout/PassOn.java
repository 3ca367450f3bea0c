package io.ringtail.it.rollout;

import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.ringtail.it.harness.OtlpSink;
import org.jspecify.annotations.Nullable;

/**
 * What stands behind the samplers sends what it gets on to a probe while one listens, as the
 * Collector in the chart's README does. Threads: {@link #pass} by the sink's; the rest by any.
 */
final class PassOn implements AutoCloseable {
  private volatile @Nullable To to;
  private volatile String failure = "";

  private record To(String address, ManagedChannel channel) {}

  /**
   * From now on there, and nowhere else.
   *
   * @param address {@code host:port}
   */
  synchronized void to(String address) {
    To now = to;
    if (now != null && now.address.equals(address)) {
      return;
    }
    close();
    failure = "";
    ManagedChannel channel =
        NettyChannelBuilder.forTarget(address).usePlaintext().directExecutor().build();
    to = new To(address, channel);
  }

  /** Passes a request on, if anybody listens; its call lives longer than the sink's own. */
  void pass(byte[] body) {
    To now = to;
    if (now != null) {
      Context.ROOT.run(
          () ->
              ClientCalls.asyncUnaryCall(
                  now.channel.newCall(OtlpSink.EXPORT, CallOptions.DEFAULT.withWaitForReady()),
                  body,
                  new Answer(this, now)));
    }
  }

  private static final class Answer implements StreamObserver<byte[]> {
    private final PassOn told;
    private final To from;

    Answer(PassOn told, To from) {
      this.told = told;
      this.from = from;
    }

    @Override
    public void onNext(byte[] answer) {}

    @Override
    public void onError(Throwable e) {
      if (from.equals(told.to)) {
        told.failure = e.toString();
      }
    }

    @Override
    public void onCompleted() {}
  }

  /** What has gone wrong since the last {@link #to}; empty if nothing has. */
  String failure() {
    return failure;
  }

  /** Nobody listens any more. */
  @Override
  public synchronized void close() {
    To now = to;
    to = null;
    if (now != null) {
      now.channel.shutdownNow();
    }
  }
}
