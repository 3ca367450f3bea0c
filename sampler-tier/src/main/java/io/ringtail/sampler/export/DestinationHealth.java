package io.ringtail.sampler.export;

/**
 * Whether a destination works.
 *
 * @param destination its name
 * @param failingNanos since it does not; 0 if it does
 * @param lastError why the last attempt failed; empty if it works
 */
public record DestinationHealth(String destination, long failingNanos, String lastError) {}
