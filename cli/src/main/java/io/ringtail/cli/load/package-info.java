/**
 * {@code ringtail load}: made-up traces at a fixed rate, whatever the answers. In: a {@link
 * io.ringtail.cli.load.LoadPlan}. Out: requests delivered by {@link
 * io.ringtail.cli.send.Deliveries}, and a {@link io.ringtail.cli.load.LoadResult}. Start at {@link
 * io.ringtail.cli.load.Load}; {@link io.ringtail.cli.load.Traffic} makes the requests, by patching
 * encoded spans. Threads: the caller's makes and sends; answers come on threads of the transport.
 */
@NullMarked
package io.ringtail.cli.load;

import org.jspecify.annotations.NullMarked;
