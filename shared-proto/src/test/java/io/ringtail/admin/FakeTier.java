package io.ringtail.admin;

import io.ringtail.admin.report.Recent;
import io.ringtail.admin.v1.Change;
import io.ringtail.admin.v1.Holdings;
import io.ringtail.admin.v1.MemberState;
import io.ringtail.admin.v1.NodeStatus;
import io.ringtail.admin.v1.Role;
import io.ringtail.admin.v1.TracesAtNode;
import io.ringtail.trace.TraceId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A node that says what the test wants. */
final class FakeTier implements NodeAdmin {
  final NodeStatus.Builder says =
      NodeStatus.newBuilder().setRole(Role.SAMPLER).setState(MemberState.ACTIVE);
  final List<Change> applied = new ArrayList<>();
  TracesAtNode traces = TracesAtNode.getDefaultInstance();
  Holdings holdings = Holdings.getDefaultInstance();
  CompletableFuture<String> outcome = CompletableFuture.completedFuture("done");

  @Override
  public void describe(NodeStatus.Builder status, Recent recent) {
    status.mergeFrom(says.build());
  }

  @Override
  public CompletableFuture<TracesAtNode> trace(TraceId id) {
    return CompletableFuture.completedFuture(traces);
  }

  @Override
  public CompletableFuture<Holdings> holdings(Change change) {
    return CompletableFuture.completedFuture(holdings);
  }

  @Override
  public CompletableFuture<String> apply(Change change) {
    applied.add(change);
    return outcome;
  }
}
