/**
 * What members say to each other, and its bytes. In: {@link ClusterMessage}s. Out: {@link
 * GroupWord}s, bytes of a kind, and back. Start at {@link ClusterCodec}; what comes goes through
 * {@link WordDispatch} to who takes its kind. Threads: any; no state but the dispatch's, which is
 * filled before the first word.
 */
@NullMarked
package io.ringtail.cluster.word;

import org.jspecify.annotations.NullMarked;
