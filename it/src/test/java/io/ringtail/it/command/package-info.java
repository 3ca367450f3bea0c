/**
 * The command as people run it: {@code dev}, exit codes, what README says to type, and every admin
 * command against a running cluster. Start at {@code ReadmeIT}; of the states of {@code status}, at
 * {@code AdminCommandsIT}. Each of them is shown as a page made of a constructed answer, too, by
 * {@code StatusStatesTest}.
 *
 * <table>
 * <caption>Where a state of {@code status} is seen live</caption>
 * <tr><td>healthy</td><td>{@code TroubledStates.healthy}, one router and three samplers</td></tr>
 * <tr><td>joining</td><td>{@code TroubledStates.joining}, a router before the first sampler</td></tr>
 * <tr><td>draining</td><td>{@code AdminCommandsIT.drainAndBack}, a sampler; {@code
 * DepartingRouter.drained} and {@code stopped}, a router</td></tr>
 * <tr><td>one dead</td><td>{@code TroubledStates.silent}, a sampler that stands still</td></tr>
 * <tr><td>epochs disagree</td><td>for milliseconds only: {@code MembershipFindingsTest}</td></tr>
 * <tr><td>backend down</td><td>{@code TroubledStates.backendDown}</td></tr>
 * <tr><td>retention short</td><td>{@code TroubledStates.retentionShort}</td></tr>
 * <tr><td>memory near limit</td><td>{@code TroubledStates.memoryNearLimit}, of open traces; of the
 * process: {@code LimitFindingsTest}</td></tr>
 * <tr><td>minority</td><td>{@code TroubledStates.minority}</td></tr>
 * <tr><td>version skew</td><td>this build has one version: {@code MembershipFindingsTest}</td></tr>
 * </table>
 */
@NullMarked
package io.ringtail.it.command;

import org.jspecify.annotations.NullMarked;
