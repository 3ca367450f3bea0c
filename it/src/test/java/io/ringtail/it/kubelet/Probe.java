package io.ringtail.it.kubelet;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.function.ToIntFunction;

/** One probe of a container, with what Kubernetes takes for absent keys. Threads: the kubelet's. */
final class Probe {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final Manifest spec;
  private final int port;
  private final long periodNanos;
  private final Duration timeout;
  private final int failureThreshold;
  private final int successThreshold;
  private long nextNanos;
  private int successes;
  private int failures;

  /**
   * @param port a port's number by its name or digits
   */
  Probe(Manifest spec, ToIntFunction<String> port, long startNanos) {
    this.spec = spec;
    this.port = port.applyAsInt(target().at("port").text());
    this.periodNanos = Duration.ofSeconds(spec.at("periodSeconds").number(10)).toNanos();
    this.timeout = Duration.ofSeconds(spec.at("timeoutSeconds").number(1));
    this.failureThreshold = spec.at("failureThreshold").number(3);
    this.successThreshold = spec.at("successThreshold").number(1);
    this.nextNanos =
        startNanos + Duration.ofSeconds(spec.at("initialDelaySeconds").number(0)).toNanos();
  }

  private Manifest target() {
    if (spec.at("httpGet").isThere()) {
      return spec.at("httpGet");
    }
    if (spec.at("tcpSocket").isThere()) {
      return spec.at("tcpSocket");
    }
    throw new IllegalArgumentException("a probe of another kind: " + spec);
  }

  /** Looks if it is time to. */
  void look(String address, long nowNanos) {
    if (nowNanos - nextNanos < 0) {
      return;
    }
    nextNanos = nowNanos + periodNanos;
    if (answers(address)) {
      successes++;
      failures = 0;
    } else {
      failures++;
      successes = 0;
    }
  }

  private boolean answers(String address) {
    try {
      if (spec.at("httpGet").isThere()) {
        return status(address) / 100 == 2;
      }
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(address, port), (int) timeout.toMillis());
        return true;
      }
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private int status(String address) throws IOException, InterruptedException {
    URI uri = URI.create("http://" + address + ":" + port + target().at("path").text());
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(timeout).build();
    return HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  boolean succeeded() {
    return successes >= successThreshold;
  }

  boolean failed() {
    return failures >= failureThreshold;
  }
}
