package io.ringtail.link;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.netty.channel.EventLoop;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * A stream that this node has opened, on a channel of its own, both ended together. What gRPC tells
 * of it comes on one event loop: most of it comes there anyway, the rest is moved there.
 *
 * <p>Threads: the event loop's.
 *
 * @param <Q> a message to the other end
 * @param <A> a message from there
 */
public abstract class StreamOnLoop<Q, A> extends ClientCall.Listener<A> {
  private final ManagedChannel channel;
  private final EventLoop loop;
  private final ClientCall<Q, A> call;
  private boolean ended;

  /**
   * @param channel of this stream alone; shut down at once when the loop has ended
   */
  protected StreamOnLoop(ManagedChannel channel, EventLoop loop, MethodDescriptor<Q, A> method) {
    this.channel = channel;
    this.loop = loop;
    this.call = channel.newCall(method, CallOptions.DEFAULT);
  }

  /** A message has come; not after the end. One more is asked for. */
  protected abstract void receive(A message);

  /** It may take more than it did. */
  protected abstract void writable();

  /** It has ended, or is to end at once. */
  protected abstract void end(String reason);

  /**
   * @param ahead messages gRPC may read before they are handled
   */
  protected final void start(Q greeting, int ahead) {
    call.start(this, new Metadata());
    call.request(ahead);
    call.sendMessage(greeting);
  }

  protected final void sendMessage(Q message) {
    call.sendMessage(message);
  }

  /** Whether gRPC takes more: it has sent nearly all it was given. */
  protected final boolean isReady() {
    return !ended && call.isReady();
  }

  protected final boolean hasEnded() {
    return ended;
  }

  /**
   * Ends it at once.
   *
   * @return false if it had ended
   */
  protected final boolean cut(String reason) {
    if (ended) {
      return false;
    }
    ended = true;
    call.cancel(reason, null);
    channel.shutdownNow();
    return true;
  }

  /** Ends it when all that was sent is through; what comes is not heard any more. */
  @SuppressWarnings("FutureReturnValueIgnored") // nothing waits for the end of the channel
  protected final void halfClose() {
    ended = true;
    call.halfClose();
    channel.shutdown();
    loop.schedule(channel::shutdownNow, 1, TimeUnit.SECONDS);
  }

  @Override
  public final void onMessage(A message) {
    onLoop(
        () -> {
          if (!ended) {
            call.request(1);
            receive(message);
          }
        });
  }

  @Override
  public final void onReady() {
    onLoop(this::writable);
  }

  @Override
  public final void onClose(Status status, Metadata trailers) {
    String description = status.getDescription();
    String reason = status.getCode() + (description == null ? "" : ": " + description);
    onLoop(() -> end(reason));
  }

  private void onLoop(Runnable task) {
    if (loop.inEventLoop()) {
      task.run();
      return;
    }
    try {
      loop.execute(task);
    } catch (RejectedExecutionException e) {
      channel.shutdownNow(); // the node has stopped
    }
  }
}
