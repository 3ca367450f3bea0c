/** Nodes that come, go and clash while spans flow. Start at {@link SameNodeIdIT}. */
@NullMarked
package io.ringtail.it.cluster;

import org.jspecify.annotations.NullMarked;
