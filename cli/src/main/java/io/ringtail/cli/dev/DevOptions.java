package io.ringtail.cli.dev;

import io.ringtail.sampler.policy.TailSamplingConfig;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What {@code dev} was asked for.
 *
 * @param routers how many, at least 1
 * @param samplers how many, at least 1
 * @param grpcPort of the first router on loopback, 0 for any free; the others take any
 * @param httpPort likewise
 * @param adminPort of the first router's admin service, likewise
 * @param version of the software
 * @param policies what to keep
 * @param out file that kept traces are appended to
 * @param export URL that kept traces are sent to by OTLP: by HTTP if it has a path or port 4318, by
 *     gRPC if not
 */
public record DevOptions(
    int routers,
    int samplers,
    int grpcPort,
    int httpPort,
    int adminPort,
    String version,
    TailSamplingConfig policies,
    Optional<Path> out,
    Optional<String> export) {
  /** Longest time a stop takes to export what is held. */
  public static final int STOP_GRACE_SECONDS = 8;
}
