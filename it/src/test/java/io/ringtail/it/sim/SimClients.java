package io.ringtail.it.sim;

import io.ringtail.refusal.Refusal;
import io.ringtail.router.receive.Responder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Senders: traces whose spans go to several routers over some time; what is refused or not answered
 * goes to another router until it is accepted. Threads: one.
 */
final class SimClients {
  private static final long PATIENCE = 10 * World.SECOND;

  private final Simulation simulation;
  private final World world;
  private final Ledger ledger;
  private final Host host;
  private final List<List<Spans.Span>> due = new ArrayList<>();
  private long nextSpan = 1;
  private int open;
  private boolean sending;
  long batchNanos = 40 * World.MILLI;

  /** Bytes that make each span larger. */
  int padding;

  SimClients(Simulation simulation) {
    this.simulation = simulation;
    this.world = simulation.world;
    this.ledger = simulation.ledger;
    this.host = new Host(world, "clients");
  }

  /**
   * Sends for so long.
   *
   * @param tracesPerSecond on average
   */
  void send(long nanos, double tracesPerSecond, int maxSpans, long spreadNanos) {
    int clients = 3;
    for (int i = 0; i < clients; i++) {
      due.add(new ArrayList<>());
      int client = i;
      host.every(batchNanos, () -> flush(client));
    }
    int traces = (int) (tracesPerSecond * nanos / World.SECOND);
    for (int i = 0; i < traces; i++) {
      host.after(world.below(nanos), () -> trace(maxSpans, spreadNanos));
    }
    sending = true;
    host.after(nanos + spreadNanos + World.MILLI, () -> sending = false);
  }

  private void trace(int maxSpans, long spread) {
    long hi = world.random.nextLong();
    long lo = world.random.nextLong();
    int n = 1 + world.random.nextInt(maxSpans);
    int error = world.chance(0.5) ? world.random.nextInt(n) : -1;
    for (int i = 0; i < n; i++) {
      Spans.Span span = new Spans.Span(hi, lo, nextSpan++, i == error);
      int client = world.random.nextInt(due.size());
      host.after(world.below(spread), () -> due.get(client).add(span));
    }
  }

  private void flush(int client) {
    List<Spans.Span> batch = due.get(client);
    if (batch.isEmpty()) {
      return;
    }
    List<Spans.Span> request = List.copyOf(batch);
    batch.clear();
    open++;
    attempt(request, Spans.request(request, client, padding), world.random.nextInt(16));
  }

  /** Without a word: the sender takes it for lost and tries elsewhere. */
  private final class Attempt implements Responder {
    private final List<Spans.Span> request;
    private final byte[] body;
    private final int router;
    private boolean over;
    private @Nullable SimRouter to;

    Attempt(List<Spans.Span> request, byte[] body, int router) {
      this.request = request;
      this.body = body;
      this.router = router;
    }

    @Override
    public void accepted(long rejectedSpans, String message) {
      host.after(world.below(2 * World.MILLI), this::told);
    }

    private void told() {
      ledger.told(request, String.valueOf(to)); // also if it had given up: it was told
      if (!over) {
        over = true;
        open--;
      }
    }

    @Override
    public void refused(Refusal refusal) {
      if (to != null && !to.host.isAlive()) {
        return; // said to nobody
      }
      simulation.refusals++;
      if (refusal instanceof Refusal.Busy busy) {
        simulation.busy(busy.message());
      }
      again(50 * World.MILLI + world.below(400 * World.MILLI));
    }

    void again(long wait) {
      if (!over) {
        over = true;
        host.after(wait, () -> attempt(request, body, router + 1));
      }
    }
  }

  private void attempt(List<Spans.Span> request, byte[] body, int router) {
    Attempt attempt = new Attempt(request, body, router);
    Optional<SimRouter> target = simulation.readyRouter(router);
    if (target.isEmpty()) {
      attempt.again(200 * World.MILLI);
      return;
    }
    SimRouter to = target.get();
    ledger.sending(request, to.toString());
    attempt.to = to;
    to.host.after(world.below(2 * World.MILLI), () -> to.accept(body, attempt));
    host.after(PATIENCE, () -> attempt.again(0));
    simulation.whenDead(to, () -> attempt.again(world.below(20 * World.MILLI)));
  }

  boolean isDone() {
    return !sending && open == 0;
  }

  int open() {
    return open;
  }
}
