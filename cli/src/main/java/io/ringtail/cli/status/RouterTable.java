package io.ringtail.cli.status;

import io.ringtail.admin.v1.Level;
import io.ringtail.admin.v1.NodeAnswer;
import io.ringtail.admin.v1.NodeStatus;
import io.ringtail.admin.v1.RouterStatus;
import io.ringtail.cli.render.Amounts;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Routers: what comes in, what is not answered, the log, the links. */
final class RouterTable extends TierTable {
  RouterTable() {
    common();
    counts("spans/s", NodeStatus::getSpansInPerSecond);
    counts("out/s", NodeStatus::getSpansOutPerSecond);
    figures(
        "B/s",
        n -> Amounts.bytes(n.getStatus().getBytesInPerSecond()),
        all -> Amounts.bytes(sum(all, NodeStatus::getBytesInPerSecond)));
    counts("conns", n -> n.getRouter().getConnections());
    level("in flight", RouterStatus::getBytesInFlight);
    level("held", RouterStatus::getBytesHeld);
    level("log", RouterStatus::getRetentionBytes);
    figures("covers", n -> covers(of(n)), RouterTable::coversLeast);
    figures("links", n -> of(n).getLinksUp() + "/" + of(n).getLinks(), RouterTable::links);
    figures(
        "replays",
        n -> of(n).getReplaysOpen() == 0 ? NONE : String.valueOf(of(n).getReplaysOpen()),
        all -> Amounts.count(sum(all, n -> n.getRouter().getReplaysOpen())));
    figures("p50/99 ms", RouterTable::answers, all -> "");
    refusedAndLost("requests");
  }

  private static RouterStatus of(NodeAnswer node) {
    return node.getStatus().getRouter();
  }

  private void level(String name, Function<RouterStatus, Level> level) {
    figures(
        name,
        n -> Amounts.bytes(level.apply(of(n))),
        all -> Amounts.bytes(sum(all, n -> level.apply(n.getRouter()).getUsed())));
  }

  private static String covers(RouterStatus router) {
    double seconds = router.getRetentionCoverSeconds();
    return seconds < 0
        ? "?"
        : Amounts.seconds(seconds) + (router.getRetentionShort() ? " short" : "");
  }

  private static String coversLeast(List<NodeAnswer> all) {
    return all.stream()
        .mapToDouble(n -> of(n).getRetentionCoverSeconds())
        .filter(seconds -> seconds >= 0)
        .min()
        .stream()
        .mapToObj(Amounts::seconds)
        .findFirst()
        .orElse("?");
  }

  private static String links(List<NodeAnswer> all) {
    return Amounts.count(sum(all, n -> n.getRouter().getLinksUp()))
        + "/"
        + Amounts.count(sum(all, n -> n.getRouter().getLinks()));
  }

  private static String answers(NodeAnswer node) {
    RouterStatus router = of(node);
    return Double.isNaN(router.getAnswerP99Ms())
        ? NONE
        : String.format(Locale.ROOT, "%.1f/%.1f", router.getAnswerP50Ms(), router.getAnswerP99Ms());
  }
}
