/**
 * The main job, in processes of its own: real traces in, whole kept traces out, every span
 * accounted for. Start at {@link RealTracesIT}.
 */
@NullMarked
package io.ringtail.it.main;

import org.jspecify.annotations.NullMarked;
