/**
 * Bodies made small and large again: gzip and zstd on byte ranges, with a limit on what comes out.
 * In: a compressed range of a byte array. Out: bytes in a {@link io.ringtail.compress.ByteOutput}
 * of the caller. Start at {@link io.ringtail.compress.Decompressor}. Threads: one a (de)compressor;
 * an event loop owns one of each. Buffers: always the caller's; native state is freed by {@code
 * close}.
 */
@NullMarked
package io.ringtail.compress;

import org.jspecify.annotations.NullMarked;
