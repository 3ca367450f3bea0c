package io.ringtail.router.forward;

import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Member;
import io.ringtail.link.RouterWord;
import io.ringtail.metrics.Metrics;
import io.ringtail.router.retain.SamplerKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * The links of a router: one to each sampler that the epoch in use names, and for a while those to
 * samplers it names no longer. Threads: changed on the epochs thread, read on any.
 */
final class LinkSet {
  /** How a link is made, which is started here. */
  private final Function<Member, Link> maker;

  private final Map<SamplerKey, Link> named = new ConcurrentHashMap<>();

  /** Those to samplers that are lost, and at first also to those that are drained. */
  private final Map<SamplerKey, Link> former = new ConcurrentHashMap<>();

  LinkSet(Function<Member, Link> maker, Metrics metrics) {
    this.maker = maker;
    metrics.gauge("ringtail_router_links", "Samplers to have a link to.", this::size);
    metrics.gauge("ringtail_router_links_up", "Links over which parts can be sent.", this::up);
  }

  /** A link becomes a former one before it leaves the others, so in this order none is missed. */
  Collection<Link> all() {
    List<Link> all = new ArrayList<>(named.values());
    all.addAll(former.values());
    return all;
  }

  /** To samplers named. */
  int size() {
    return named.size();
  }

  /** Of these, over which parts can be sent now. */
  int up() {
    return (int) named.values().stream().filter(Link::isUp).count();
  }

  /** Node ids of those over which none can be sent now, sorted. */
  List<String> down() {
    List<String> down = new ArrayList<>();
    named.forEach(
        (key, link) -> {
          if (!link.isUp()) {
            down.add(key.nodeId());
          }
        });
    down.sort(Comparator.naturalOrder());
    return down;
  }

  /** Says a word, if there is a link. */
  void say(SamplerKey to, RouterWord word) {
    Link link = named.get(to);
    Link known = link != null ? link : former.get(to);
    if (known != null) {
      known.say(word);
    }
  }

  /** Opens links to samplers newly named. */
  void open(Epoch epoch) {
    for (Member m : epoch.members()) {
      if (hasLink(m)) {
        open(m);
      }
    }
  }

  private static boolean hasLink(Member m) {
    return m.role() == Member.Role.SAMPLER && !m.linkAddress().isEmpty();
  }

  private void open(Member sampler) {
    SamplerKey key = SamplerKey.of(sampler);
    if (named.containsKey(key)) {
      return;
    }
    Link link = maker.apply(sampler);
    named.put(key, link);
    Link stranger = former.remove(key);
    if (stranger != null) {
      stranger.stop();
    }
    link.start();
  }

  /**
   * Those of the owners, in their order.
   *
   * @throws IllegalStateException if one has no link address
   */
  List<Outlet> to(List<Member> owners) {
    List<Outlet> outlets = new ArrayList<>();
    for (Member owner : owners) {
      Link link = named.get(SamplerKey.of(owner));
      if (link == null) {
        throw new IllegalStateException("sampler " + owner.nodeId() + " has no link address");
      }
      outlets.add(link);
    }
    return outlets;
  }

  /**
   * Makes former ones of those whose samplers are not named any more.
   *
   * @return these, which have not been told
   */
  List<Link> drop(Epoch epoch) {
    former.values().removeIf(Link::isOver);
    Map<SamplerKey, Link> gone = new HashMap<>(named);
    for (Member m : epoch.members()) {
      if (hasLink(m)) {
        gone.remove(SamplerKey.of(m));
      }
    }
    former.putAll(gone);
    named.keySet().removeAll(gone.keySet());
    return new ArrayList<>(gone.values());
  }

  /** A newer epoch is in use. */
  void onEpoch(EpochOrder order) {
    named.values().forEach(link -> link.onEpoch(order));
  }

  void stop() {
    all().forEach(Link::stop);
  }
}
