package io.ringtail.router.forward;

import io.ringtail.link.Peer;
import io.ringtail.metrics.Mishaps;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What all links of a router share.
 *
 * @param router who speaks; its incarnation as the newest epoch names it
 * @param attempts counts the links opened, over all samplers: of two the higher is the newer
 * @param unsent bounds what all of them have given to gRPC
 * @param random spreads attempts
 */
record LinkContext(
    ForwardConfig config,
    Supplier<Peer> router,
    LinkChannels transport,
    Seqs seqs,
    AtomicLong attempts,
    Random random,
    Rerouting rerouting,
    Retention retention,
    ForwardMetrics metrics,
    Mishaps mishaps,
    UnsentBytes unsent,
    LongSupplier nanoTime) {}
