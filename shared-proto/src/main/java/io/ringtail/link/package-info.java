/**
 * The forward protocol: what one router and one sampler say to each other over one gRPC stream.
 * Start at {@link Header} and {@link PartView}. Rules: protocol sections 1 to 4.
 */
@NullMarked
package io.ringtail.link;

import org.jspecify.annotations.NullMarked;
