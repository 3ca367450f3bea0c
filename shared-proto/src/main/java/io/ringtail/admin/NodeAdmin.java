package io.ringtail.admin;

import io.grpc.StatusRuntimeException;
import io.ringtail.admin.report.Recent;
import io.ringtail.admin.v1.Change;
import io.ringtail.admin.v1.Holdings;
import io.ringtail.admin.v1.NodeStatus;
import io.ringtail.admin.v1.TracesAtNode;
import io.ringtail.trace.TraceId;
import java.util.concurrent.CompletableFuture;

/**
 * What a node of either tier tells of itself and changes of itself. Asked in every state: before it
 * has joined, alone, draining, nearly stopped; it answers what it knows then.
 *
 * <p>Threads: the admin service's, several at once. Nothing here blocks; what another thread must
 * answer comes by the future, which fails with a {@link StatusRuntimeException} whose description
 * is a sentence for the operator, and any other exception is a bug.
 */
public interface NodeAdmin {
  /**
   * Says how it is, of what can be told without asking another thread: its state, its epoch and its
   * tier's part. The rest is filled in.
   *
   * @param recent its own metrics
   */
  void describe(NodeStatus.Builder status, Recent recent);

  /**
   * What it knows of a trace, one entry for each request context; by each shard's own thread.
   * Routers know of none.
   */
  default CompletableFuture<TracesAtNode> trace(TraceId id) {
    return CompletableFuture.completedFuture(TracesAtNode.getDefaultInstance());
  }

  /**
   * What it would hand to whom if a change were made, of what it holds now: {@link SlotMoves} says
   * which slots. Routers hold nothing.
   *
   * @param change of any node of the cluster
   */
  default CompletableFuture<Holdings> holdings(Change change) {
    return CompletableFuture.completedFuture(Holdings.getDefaultInstance());
  }

  /**
   * Makes a change of this node: drain, undrain or weight. Log levels are not its business. Done
   * when it is under way, not when all has moved.
   *
   * @param change whose node id is this node's
   * @return the outcome, in one sentence; fails with {@code FAILED_PRECONDITION} and the reason if
   *     it cannot be
   */
  CompletableFuture<String> apply(Change change);
}
