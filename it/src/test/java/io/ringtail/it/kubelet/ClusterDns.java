package io.ringtail.it.kubelet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Debian's dnsmasq as a cluster's DNS: names of Services with the addresses behind them. It asks
 * nobody else. Threads: the test's.
 */
public final class ClusterDns implements AutoCloseable {
  private final Path hosts;
  private final Process process;
  private String said = "";

  private ClusterDns(Path hosts, Process process) {
    this.hosts = hosts;
    this.process = process;
  }

  /** Why there can be none here; empty if there can. */
  public static String whyNot() throws InterruptedException {
    return Shell.succeeds("dnsmasq", "--version")
        ? ""
        : "dnsmasq is not installed (Debian: dnsmasq-base)";
  }

  /** Starts one on {@link PodNetwork#HERE}, which must exist. */
  public static ClusterDns start(Path directory) throws IOException {
    Path hosts = Files.writeString(directory.resolve("dns-hosts"), "");
    Process process =
        new ProcessBuilder(
                "dnsmasq",
                "--keep-in-foreground",
                "--conf-file=/dev/null",
                "--user=root",
                "--no-resolv",
                "--no-hosts",
                "--local=/cluster.local/",
                "--local-ttl=0",
                "--bind-interfaces",
                "--listen-address=" + PodNetwork.HERE,
                "--pid-file",
                "--addn-hosts=" + hosts)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("dns.log").toFile())
            .start();
    return new ClusterDns(hosts, process);
  }

  /** From now on these names have these addresses, and no others do. */
  void answer(Map<String, List<String>> addresses) throws IOException, InterruptedException {
    StringBuilder lines = new StringBuilder();
    addresses.forEach(
        (name, all) -> all.forEach(a -> lines.append(a).append(' ').append(name).append('\n')));
    if (!lines.toString().equals(said)) {
      said = lines.toString();
      Files.writeString(hosts, said);
      Shell.run("kill", "-HUP", Long.toString(process.pid()));
      if (!process.isAlive()) {
        throw new IOException("dnsmasq has ended with " + process.exitValue());
      }
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
