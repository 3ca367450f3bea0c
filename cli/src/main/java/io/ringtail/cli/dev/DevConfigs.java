package io.ringtail.cli.dev;

import io.ringtail.config.ConfigFile;
import io.ringtail.sampler.store.ShardConfig;
import java.net.URI;
import java.nio.file.Path;

/** The config of each of dev's nodes, as the file that {@code ringtail router} would be given. */
final class DevConfigs {
  private static final String LOOPBACK = "127.0.0.1:";
  private static final int OTLP_HTTP_PORT = 4318;

  private final DevOptions options;
  private final String clusterName;
  private final Path discovery;

  DevConfigs(DevOptions options, String clusterName, Path discovery) {
    this.options = options;
    this.clusterName = clusterName;
    this.discovery = discovery;
  }

  ConfigFile router(int index) {
    int admin = index == 0 ? options.adminPort() : 0;
    int grpc = index == 0 ? options.grpcPort() : 0;
    int http = index == 0 ? options.httpPort() : 0;
    return file(
        "router-" + index,
        admin,
        "router:\n"
            + "  drain: { delay: 0s, grace: 0s }\n"
            + ("  receive: { grpc: '"
                + LOOPBACK
                + grpc
                + "', http: '"
                + LOOPBACK
                + http
                + "', max-request-bytes: 16MiB, max-bytes-in-flight: 64MiB }\n")
            + "  forward: { max-bytes-held: 64MiB }\n"
            + "  retention: { max-bytes: 64MiB }\n");
  }

  ConfigFile sampler(int index) {
    return file(
        "sampler-" + index,
        0,
        "sampler:\n"
            + ("  link: { listen: '" + LOOPBACK + "0' }\n")
            + "  max-buffered-bytes: 128MiB\n"
            + ("  stop-grace: " + DevOptions.STOP_GRACE_SECONDS + "s\n")
            + ("  shards: "
                + Math.min(options.policies().numShards(), ShardConfig.MAX_SHARDS)
                + "\n")
            + "  export:\n    linger: 100ms\n"
            + options.out().map(path -> "    file: " + quoted(path.toString()) + "\n").orElse("")
            + options.export().map(DevConfigs::otlp).orElse(""));
  }

  private ConfigFile file(String nodeId, int adminPort, String tier) {
    String text =
        ("node: { id: " + nodeId + " }\n")
            + ("cluster:\n  name: " + clusterName + "\n  bind: '" + LOOPBACK + "0'\n")
            + ("  discovery: directory\n  directory: " + quoted(discovery.toString()) + "\n")
            + ("ops: { http: '" + LOOPBACK + "0' }\n")
            + ("admin: { listen: '" + LOOPBACK + adminPort + "' }\n")
            + tier;
    return ConfigFile.read("dev " + nodeId, text, variable -> null);
  }

  private static String otlp(String url) {
    String protocol = speaksHttp(URI.create(url)) ? "http" : "grpc";
    return "    otlp: { endpoint: " + quoted(url) + ", protocol: " + protocol + " }\n";
  }

  /** A URL with a path, or with the port of OTLP/HTTP, is OTLP/HTTP; any other is OTLP/gRPC. */
  private static boolean speaksHttp(URI url) {
    String path = url.getPath() == null ? "" : url.getPath();
    return path.length() > 1 || url.getPort() == OTLP_HTTP_PORT;
  }

  /** As a YAML scalar; dollars doubled, for they would name the environment. */
  private static String quoted(String text) {
    return "'" + text.replace("'", "''").replace("$", "$$") + "'";
  }
}
