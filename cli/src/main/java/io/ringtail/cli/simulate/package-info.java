/**
 * What a resize would cost, by arithmetic on the real ring: no cluster is asked. In: the words of
 * {@code ringtail ring simulate}. Out: text or JSON. Start at {@link SimulateCommand}; {@link
 * Resize} is the arithmetic. Threads: the caller's.
 */
@NullMarked
package io.ringtail.cli.simulate;

import org.jspecify.annotations.NullMarked;
