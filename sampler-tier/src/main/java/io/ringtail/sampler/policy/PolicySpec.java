package io.ringtail.sampler.policy;

/**
 * One entry of {@code policies}.
 *
 * @param name credited in verdicts; unique among the top-level entries
 * @param rule what it asks
 */
public record PolicySpec(String name, Rule rule) {}
