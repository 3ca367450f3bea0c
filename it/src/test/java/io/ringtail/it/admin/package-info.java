/** The admin service between real processes. Start at {@code AdminIT}. */
@NullMarked
package io.ringtail.it.admin;

import org.jspecify.annotations.NullMarked;
