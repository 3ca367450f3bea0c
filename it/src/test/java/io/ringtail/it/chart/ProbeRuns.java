package io.ringtail.it.chart;

import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.ringtail.it.harness.JavaProcess;
import io.ringtail.it.harness.OtlpSink;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code ringtail probe} as a process: what the samplers export goes on to it while it runs, as a
 * backend that passes on would. Threads: {@link #pass} by the sink's; the rest by the test's.
 */
final class ProbeRuns implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int PORT = 14_317;

  private final Path directory;
  private final String host;
  private volatile @Nullable ManagedChannel to;
  private volatile String notPassed = "";
  private int runs;

  ProbeRuns(Path directory, String host) {
    this.directory = directory;
    this.host = host;
  }

  /** Passes a request on to the probe that runs, if one does; longer than the sink's own call. */
  void pass(byte[] body) {
    ManagedChannel channel = to;
    if (channel != null) {
      Context.ROOT.run(
          () ->
              ClientCalls.asyncUnaryCall(
                  channel.newCall(OtlpSink.EXPORT, CallOptions.DEFAULT.withWaitForReady()),
                  body,
                  new Answer(this)));
    }
  }

  private static final class Answer implements StreamObserver<byte[]> {
    private final ProbeRuns told;

    Answer(ProbeRuns told) {
      this.told = told;
    }

    @Override
    public void onNext(byte[] answer) {}

    @Override
    public void onError(Throwable e) {
      if (told.to != null) {
        told.notPassed = e.toString();
      }
    }

    @Override
    public void onCompleted() {}
  }

  /**
   * One run.
   *
   * @param routers {@code host:port} of each
   * @return what it found; empty if all came whole
   */
  String run(List<String> routers) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of("probe", "--listen", host + ":" + PORT));
    routers.forEach(router -> words.addAll(List.of("--endpoint", router)));
    to = NettyChannelBuilder.forAddress(host, PORT).usePlaintext().directExecutor().build();
    try (JavaProcess probe =
        JavaProcess.start(
            "probe-" + ++runs,
            directory,
            List.of(),
            List.of("-Xmx128m", "-XX:TieredStopAtLevel=1"),
            "io.ringtail.cli.Ringtail",
            words)) {
      int code = probe.awaitExit(LIMIT);
      return code == 0
          ? ""
          : "exit code " + code + ": " + String.join("; ", probe.lastLines()) + notPassed;
    } finally {
      close();
    }
  }

  @Override
  public void close() {
    ManagedChannel channel = to;
    to = null;
    if (channel != null) {
      channel.shutdownNow();
    }
  }
}
