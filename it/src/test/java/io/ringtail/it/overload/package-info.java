/**
 * What happens when there is more than a cluster can take: refusals that can be retried, memory
 * under its limit, nothing lost that was accepted. Start at {@link OverloadIT}.
 */
@NullMarked
package io.ringtail.it.overload;

import org.jspecify.annotations.NullMarked;
