/**
 * Which rules of the protocol a node goes by: all of them, unless an experiment takes some away to
 * show what they are good for (docs/decisions/0009). In: the system property {@value
 * io.ringtail.rules.Rules#PROPERTY}, or a simulation. Start at {@link Rule}. Threads: any; all of
 * it is immutable.
 */
@NullMarked
package io.ringtail.rules;

import org.jspecify.annotations.NullMarked;
