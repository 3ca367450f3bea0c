package io.ringtail.sampler.shard;

import io.ringtail.sampler.account.PolicyNames;
import io.ringtail.sampler.account.ShardCounts;
import io.ringtail.sampler.buffer.Slabs;
import io.ringtail.sampler.decide.Decider;
import io.ringtail.sampler.decide.HeirMail;
import io.ringtail.sampler.decide.ReceivedDecisions;
import io.ringtail.sampler.decide.Sweeper;
import io.ringtail.sampler.depart.Departures;
import io.ringtail.sampler.depart.Unanswered;
import io.ringtail.sampler.gather.Arriving;
import io.ringtail.sampler.gather.Gatherer;
import io.ringtail.sampler.gather.Merger;
import io.ringtail.sampler.gather.SpanAppender;
import io.ringtail.sampler.gather.TraceLimits;
import io.ringtail.sampler.gather.TracePlaces;
import io.ringtail.sampler.handover.Handover;
import io.ringtail.sampler.policy.PolicySet;
import io.ringtail.sampler.store.DecisionCaches;
import io.ringtail.sampler.store.ShardContext;
import io.ringtail.sampler.store.ShardStore;
import java.util.function.Consumer;

/**
 * What one shard consists of, put together: see the package for the way of a span through it.
 * Threads: the shard's.
 */
final class ShardParts {
  final ShardContext context;
  final PolicySet policies;
  final Slabs slabs;
  final ShardStore store;
  final MemoryLedger memory;
  final DecisionCaches caches;
  final ShardCounts counts;
  final PublishedMarks marks;
  final TraceLimits limits;
  final TracePlaces places;
  final Gatherer gatherer;
  final Decider decider;
  final Departures departures;
  final Unanswered unanswered;
  final HeirMail mail;
  final ReceivedDecisions received;
  final Handover handover;
  final Merger merger;
  final Sweeper sweeper;
  final Lookups lookups;

  /**
   * @param answered told of each export that is answered; any thread
   */
  ShardParts(
      int index, PolicySet policies, ShardContext context, Consumer<Unanswered.Export> answered) {
    this.context = context;
    this.policies = policies;
    this.slabs = new Slabs(context.slabs(), context.config().slabBytes());
    this.store = new ShardStore(slabs, context.config().noteBytes(), policies, 0, context.rules());
    this.marks = new PublishedMarks(store.notes);
    this.caches = new DecisionCaches(context.config(), context.tail());
    this.counts = new ShardCounts(context.metrics());
    PolicyNames names = new PolicyNames(context.metrics());
    this.unanswered = new Unanswered(store.notes, answered);
    this.memory = new MemoryLedger(store, unanswered, slabs, context.budget());
    this.mail = new HeirMail(context, index);
    this.departures = new Departures(store, names, context, unanswered, counts);
    this.decider = new Decider(store, policies, caches, names, departures, counts, mail, context);
    this.sweeper = new Sweeper(store, caches, decider, departures);
    this.lookups = new Lookups(store, caches, names, decider);
    this.received = new ReceivedDecisions(store, names, decider, mail, context, index);
    Arriving arriving = new Arriving();
    this.limits = TraceLimits.of(context);
    this.places = new TracePlaces(store, caches, decider, departures, limits, arriving);
    SpanAppender appender = new SpanAppender(store, policies, departures, counts, limits, arriving);
    this.gatherer = new Gatherer(store, caches, places, appender, counts, arriving);
    this.merger = new Merger(store, places, appender, arriving, decider, names, context.handover());
    this.handover =
        new Handover(index, store, caches, names, departures, unanswered, counts, context);
    decider.notices().onSettledApart(received::again);
    departures.onHandedOff(decider.notices()::handedOff);
  }
}
