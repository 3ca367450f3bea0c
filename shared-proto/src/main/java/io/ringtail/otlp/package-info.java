/**
 * OTLP on the wire: walking protobuf by tags over a byte array, and the field numbers needed.
 * Nothing here builds span objects. Start at {@link WireReader}. Threads: one a reader.
 */
@NullMarked
package io.ringtail.otlp;

import org.jspecify.annotations.NullMarked;
