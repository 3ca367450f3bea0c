package io.ringtail.admin.findings;

import io.ringtail.admin.v1.NodeStatus;
import io.ringtail.admin.v1.Severity;
import io.ringtail.wording.Counted;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Active samplers that routers have no link to. One that is silent is told of as such. */
final class Links {
  private Links() {}

  static void check(Gathered all, Found found) {
    List<NodeStatus> routers = all.routers();
    Map<String, List<String>> without = new TreeMap<>();
    for (NodeStatus router : routers) {
      for (String sampler : router.getRouter().getLinksDownList()) {
        if (all.isActiveSampler(sampler) && !all.isSilent(sampler)) {
          without.computeIfAbsent(sampler, s -> new ArrayList<>()).add(router.getNodeId());
        }
      }
    }
    without.forEach((sampler, of) -> down(sampler, of, routers.size(), found));
  }

  private static void down(String sampler, List<String> routers, int of, Found found) {
    boolean all = routers.size() == of;
    found.add(
        Severity.CRITICAL,
        Code.LINKS_DOWN,
        List.of(sampler),
        Words.names(routers)
            + (routers.size() == 1 ? " has" : " have")
            + " no link to "
            + sampler
            + " ("
            + routers.size()
            + " of "
            + Counted.of(of, "router")
            + "): requests with traces of it wait and are refused.",
        all
            ? "After a start this passes within a second; if it stays, see whether"
                + " sampler.link.listen and its advertised address are reached from the routers,"
                + " and its log."
            : "After a start this passes within a second; if it stays, the way from these routers"
                + " to its link address is cut: see the network between them.");
  }
}
