package io.ringtail.admin.call;

import io.ringtail.admin.v1.NodeQuestion;
import io.ringtail.admin.v1.NodeReply;
import java.util.concurrent.CompletableFuture;

/** Answers questions about one node. Threads: several at once; does not block. */
public interface Answerer {
  /**
   * @return fails with a {@link io.grpc.StatusRuntimeException} if it cannot, or will not
   */
  CompletableFuture<NodeReply> answer(NodeQuestion question);
}
