package io.ringtail.it.resize;

import io.ringtail.it.harness.Cluster;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the product counts, over all processes there were, and whether it adds up with what is
 * counted outside. Of a process that was told to stop the last word counts, which it logs; one that
 * was killed is known as it was last seen, so that only inequalities hold over it. Threads: the
 * test's.
 *
 * <p>With <em>R</em> each router and <em>S</em> each sampler whose end was seen, or that lives:
 *
 * <pre>
 * R: received = forwarded + dropped + refused
 * S: accepted + handed in = kept + dropped + handed out + held (0)
 * S: kept + recovered = sent + export lost + queued (0)
 * Σ routers (received − dropped − refused) = spans told accepted    (≥ after a retry or a kill)
 * Σ samplers accepted = Σ routers forwarded                          (≥ after a replay or a broken link)
 * Σ samplers sent = spans at the sink                                (≤ after an export retry or a kill)
 * </pre>
 */
final class Accounts {
  private static final Pattern WORD = Pattern.compile("(\\w+)=(\\d+)");
  private static final List<String> ROUTER = List.of("received", "forwarded", "dropped", "refused");
  private static final List<String> SAMPLER =
      List.of("accepted", "handed_in", "kept", "dropped", "handed_out");

  private final Map<Long, Account> accounts = new LinkedHashMap<>();

  private enum End {
    NONE,
    STOPPED,
    KILLED
  }

  private static final class Account {
    final String name;
    final boolean router;
    Cluster.Scrape seen;
    Map<String, Double> counts;
    End end = End.NONE;

    Account(Cluster.Node node, Cluster.Scrape seen) {
      this.name = node.process().name();
      this.router = node.isRouter();
      this.seen = seen;
      this.counts = counts(router, seen);
    }

    void look(Cluster.Scrape now) {
      seen = now;
      counts = counts(router, now);
    }

    double get(String count) {
      return counts.getOrDefault(count, 0.0);
    }
  }

  /** Reads a node's counters. */
  void look(Cluster.Node node) throws IOException, InterruptedException {
    Cluster.Scrape now = node.metrics();
    Account account = accounts.get(node.process().pid());
    if (account == null) {
      accounts.put(node.process().pid(), new Account(node, now));
    } else {
      account.look(now);
    }
  }

  /** It was looked at just now and is killed. */
  void killed(Cluster.Node node) {
    of(node).end = End.KILLED;
  }

  /** It has exited in order: its last words count. */
  void stopped(Cluster.Node node) {
    Account account = of(node);
    String log = node.process().log();
    int at = log.lastIndexOf("event=stopped ");
    if (at < 0) {
      account.end = End.KILLED;
      return;
    }
    account.end = End.STOPPED;
    Map<String, Double> last = new TreeMap<>(account.counts);
    last.put("queued", 0.0);
    Matcher words = WORD.matcher(log.substring(at));
    while (words.find()) {
      last.put(words.group(1).replace("_spans", ""), Double.parseDouble(words.group(2)));
    }
    account.counts = last;
  }

  private Account of(Cluster.Node node) {
    Account account = accounts.get(node.process().pid());
    if (account == null) {
      throw new AssertionError(node.process().name() + " was never looked at");
    }
    return account;
  }

  private static Map<String, Double> counts(boolean router, Cluster.Scrape seen) {
    Map<String, Double> counts = new TreeMap<>();
    String prefix = router ? "ringtail_router_" : "ringtail_sampler_";
    for (String name : router ? ROUTER : SAMPLER) {
      counts.put(name, seen.sum(prefix + name + "_spans_total"));
    }
    if (!router) {
      counts.put("held", seen.sum("ringtail_sampler_held_spans"));
      counts.put("export_sent", seen.sum("ringtail_sampler_export_sent_spans_total"));
      counts.put("export_lost", seen.sum("ringtail_sampler_export_lost_spans_total"));
      counts.put("queued", seen.sum("ringtail_sampler_export_queued_spans"));
      counts.put("recovered", seen.sum("ringtail_sampler_export_recovered_spans_total"));
    }
    return counts;
  }

  /** A series, summed over all processes as last looked at. */
  double sum(String series) {
    return accounts.values().stream().mapToDouble(a -> a.seen.sum(series)).sum();
  }

  /** As above, only where the labels contain this. */
  double sum(String series, String label) {
    return accounts.values().stream().mapToDouble(a -> a.seen.sum(series, label)).sum();
  }

  /**
   * What does not add up; empty if all does. All nodes that live have been looked at and are quiet.
   *
   * @param accepted spans told accepted to their senders
   * @param retried whether a sender had to send anything again
   * @param atSink spans at the sink
   */
  List<String> disagreements(long accepted, boolean retried, long atSink) {
    List<String> wrong = new ArrayList<>();
    for (Account a : accounts.values()) {
      if (a.end != End.KILLED && a.router) {
        same(
            wrong,
            a.name + " received = forwarded + dropped + refused",
            a.get("received"),
            a.get("forwarded") + a.get("dropped") + a.get("refused"));
      } else if (a.end != End.KILLED) {
        same(
            wrong,
            a.name + " accepted + handed_in = kept + dropped + handed_out + held",
            a.get("accepted") + a.get("handed_in"),
            a.get("kept") + a.get("dropped") + a.get("handed_out") + a.get("held"));
        same(
            wrong,
            a.name + " kept + recovered = sent + export_lost + queued",
            a.get("kept") + a.get("recovered"),
            a.get("export_sent") + a.get("export_lost") + a.get("queued"));
      }
    }
    boolean routerKilled = anyKilled(true);
    boolean samplerKilled = anyKilled(false);
    double taken = total("received") - dropped(true) - total("refused");
    if (!routerKilled) {
      compare(wrong, "taken by routers, told accepted", taken, (double) accepted, retried);
    }
    boolean again =
        retried
            || routerKilled
            || sum("ringtail_router_replayed_parts_total") > 0
            || sum("ringtail_router_links_broken_total") > 0;
    if (!samplerKilled) {
      compare(
          wrong, "accepted by samplers, forwarded", total("accepted"), total("forwarded"), again);
    }
    boolean exportedAgain = samplerKilled || sum("ringtail_sampler_export_retries_total") > 0;
    compare(
        wrong,
        "at the sink, sent by samplers",
        (double) atSink,
        total("export_sent"),
        exportedAgain);
    return wrong;
  }

  private boolean anyKilled(boolean router) {
    return accounts.values().stream().anyMatch(a -> a.router == router && a.end == End.KILLED);
  }

  private double total(String count) {
    return accounts.values().stream().mapToDouble(a -> a.get(count)).sum();
  }

  private double dropped(boolean router) {
    return accounts.values().stream()
        .filter(a -> a.router == router)
        .mapToDouble(a -> a.get("dropped"))
        .sum();
  }

  private static void same(List<String> wrong, String what, double one, double other) {
    compare(wrong, what, one, other, false);
  }

  private static void compare(
      List<String> wrong, String what, double one, double other, boolean mayBeMore) {
    if (mayBeMore ? one < other : one != other) {
      wrong.add(
          String.format(
              Locale.ROOT, "%s: %.0f (expected %s%.0f)", what, one, mayBeMore ? ">= " : "", other));
    }
  }
}
