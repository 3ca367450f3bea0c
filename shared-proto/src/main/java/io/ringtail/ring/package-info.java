/**
 * Who owns which slot: the table of owners and the table of heirs, as pure functions of the set of
 * {node id, weight}. In: {@code cluster} (the members of an epoch). Out: {@code route} and {@code
 * intake} read one table entry a span group. Start at {@link RingTable}. Threads: builds run on the
 * caller's, off the data path; finished tables are immutable. The tests of both tiers check {@link
 * RingVectors}. Why it is as it is: docs/decisions/0001-ring.md.
 */
@NullMarked
package io.ringtail.ring;

import org.jspecify.annotations.NullMarked;
