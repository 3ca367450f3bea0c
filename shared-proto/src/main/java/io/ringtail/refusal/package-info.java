/**
 * What a node says when it does not take something, and the one mapping of that to gRPC and HTTP.
 * Bad input and overload are values here, never exceptions. Start at {@link Refusal}. Threads: any;
 * all is immutable.
 */
@NullMarked
package io.ringtail.refusal;

import org.jspecify.annotations.NullMarked;
