/** Real OpenTelemetry SDKs against a running cluster. Start at {@link JavaSdkIT}. */
@NullMarked
package io.ringtail.it.clients;

import org.jspecify.annotations.NullMarked;
