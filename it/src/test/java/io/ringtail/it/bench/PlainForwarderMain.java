package io.ringtail.it.bench;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.ringtail.it.harness.OtlpSink;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a router is measured against: takes export requests over gRPC as bytes, cuts each in three
 * equal pieces, sends them to three sinks and answers when all have. Nothing is looked at. {@code
 * PlainForwarderMain PORT}; the sinks are in this process's children's place: three ports follow.
 */
public final class PlainForwarderMain {
  private PlainForwarderMain() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    List<ManagedChannel> channels = new ArrayList<>();
    for (String port : Arrays.asList(args).subList(1, args.length)) {
      channels.add(
          NettyChannelBuilder.forAddress("127.0.0.1", Integer.parseInt(port))
              .usePlaintext()
              .directExecutor()
              .build());
    }
    Server server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0])))
            .directExecutor()
            .maxInboundMessageSize(64 << 20)
            .addService(
                ServerServiceDefinition.builder(OtlpSink.EXPORT.getServiceName())
                    .addMethod(OtlpSink.EXPORT, (call, headers) -> new Forward(call, channels))
                    .build())
            .build()
            .start();
    System.out.println("ready " + server.getPort());
    server.awaitTermination();
  }

  private static final class Forward extends ServerCall.Listener<byte[]> {
    private final ServerCall<byte[], byte[]> call;
    private final List<ManagedChannel> channels;
    private byte[] body = new byte[0];

    Forward(ServerCall<byte[], byte[]> call, List<ManagedChannel> channels) {
      this.call = call;
      this.channels = channels;
      call.request(2);
    }

    @Override
    public void onMessage(byte[] message) {
      body = message;
    }

    @Override
    public void onHalfClose() {
      AtomicInteger open = new AtomicInteger(channels.size());
      int piece = body.length / channels.size();
      for (int i = 0; i < channels.size(); i++) {
        int end = i == channels.size() - 1 ? body.length : (i + 1) * piece;
        send(channels.get(i), Arrays.copyOfRange(body, i * piece, end), open);
      }
    }

    private void send(ManagedChannel channel, byte[] piece, AtomicInteger open) {
      ClientCall<byte[], byte[]> out = channel.newCall(OtlpSink.EXPORT, CallOptions.DEFAULT);
      out.start(
          new ClientCall.Listener<>() {
            @Override
            public void onClose(Status status, Metadata trailers) {
              if (open.decrementAndGet() == 0) {
                call.sendHeaders(new Metadata());
                call.sendMessage(new byte[0]);
                call.close(Status.OK, new Metadata());
              }
            }
          },
          new Metadata());
      out.request(1);
      out.sendMessage(piece);
      out.halfClose();
    }
  }
}
