package io.ringtail.link;

import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.netty.channel.EventLoop;
import java.util.concurrent.RejectedExecutionException;

/**
 * What gRPC tells of a stream that this node has opened, on one event loop: most of it comes there
 * anyway, the rest is moved there.
 *
 * @param <M> a message from the other end
 */
public abstract class StreamOnLoop<M> extends ClientCall.Listener<M> {
  private final ManagedChannel channel;
  private final EventLoop loop;

  /**
   * @param channel of this stream alone; shut down at once when the loop has ended
   */
  protected StreamOnLoop(ManagedChannel channel, EventLoop loop) {
    this.channel = channel;
    this.loop = loop;
  }

  /** A message has come. */
  protected abstract void receive(M message);

  /** It may take more than it did. */
  protected abstract void writable();

  /** It has ended. */
  protected abstract void end(String reason);

  @Override
  public final void onMessage(M message) {
    onLoop(() -> receive(message));
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
