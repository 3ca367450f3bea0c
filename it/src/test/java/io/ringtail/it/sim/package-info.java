/**
 * The whole of Ringtail on one thread and a virtual clock: the real state machines of routers and
 * samplers over a network, a group layer and a backend that misbehave as a seed says. In: a seed or
 * a named schedule. Out: what was lost, split or taken twice, seen from outside. Start at {@link
 * Simulation}, then {@link Schedule}. Threads: one a simulation. What needs package-private access
 * stands beside the classes it reaches, as {@code Sim…Access}.
 */
@NullMarked
package io.ringtail.it.sim;

import org.jspecify.annotations.NullMarked;
