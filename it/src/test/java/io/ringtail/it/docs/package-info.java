/**
 * Docs that say what the product does are held against the product. Start at {@link MetricsPageIT}.
 */
@NullMarked
package io.ringtail.it.docs;

import org.jspecify.annotations.NullMarked;
