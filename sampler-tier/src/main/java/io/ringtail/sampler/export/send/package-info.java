/**
 * One request to one place: OTLP over gRPC or HTTP, or a file of OTLP JSON lines. In: a {@link
 * io.ringtail.sampler.export.send.Payload} of encoded bytes. Out: a {@link
 * io.ringtail.sampler.export.send.SendResult}, classified by the OTLP rules. Start at {@link
 * io.ringtail.sampler.export.send.Transport}. Threads: {@code send} by the destination's one
 * thread; results on any. Nothing here retries or waits.
 */
@NullMarked
package io.ringtail.sampler.export.send;

import org.jspecify.annotations.NullMarked;
