/**
 * The encoding of what one sampler hands to another: decisions and traces, in batches that each
 * stand for themselves. In: what {@code shard} writes of its traces. Out: the same for the shards
 * of the receiver. Start at {@link io.ringtail.sampler.transfer.TransferWriter}, then {@link
 * io.ringtail.sampler.transfer.TransferBatch}.
 *
 * <p>A batch is a protobuf message: entries, and definitions of what they share, which entries name
 * by its place among the definitions of its kind. Fields a reader does not know are skipped; a
 * field that changes what an entry means takes a new version of the link between samplers.
 *
 * <pre>
 * Batch     1 router {1 node id, 2 view id, 3 number, 4 bits fixed64}   definitions, anywhere
 *           2 context bytes    3 group {1 resource, 2 scope}    4 policy name
 *           5 notes: packed varints {router, seq}*
 *           6 decisions, as a notice to an heir (settle.Notice)         entries
 *           7 trace
 *           8 seen: the newest the sender had seen of each router, as notes are
 * Trace     1 trace id, 2 context, 3 notes + 1, 4 age ms, 5 remaining ms, 6 policy + 1,
 *           7 group of the spans that follow, 8 span*, 9 piece: 1 if it is not all of the trace
 * </pre>
 *
 * <p>Threads: one an object. Buffers: a batch is a heap buffer; spans are copied once into it.
 */
@NullMarked
package io.ringtail.sampler.transfer;

import org.jspecify.annotations.NullMarked;
