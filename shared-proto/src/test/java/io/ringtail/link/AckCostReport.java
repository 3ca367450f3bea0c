package io.ringtail.link;

import com.sun.management.OperatingSystemMXBean;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;

/**
 * What an acknowledgement costs, which cannot be switched off: CPU of both ends of a link over
 * loopback, for messages that are answered one by one and for messages of which only every 64th is,
 * in turn. The difference is the price of an answer on its own: encoding, a frame, a write, waking
 * up, decoding. A good answer: some microseconds, which is a few ns a span with parts of hundreds.
 *
 * <p>Arguments: messages a round, rounds.
 */
final class AckCostReport {
  private static final int MESSAGE_BYTES = 16 << 10;
  private static final int ANSWERS_IN_ONE = 64;
  private static final int ON_THEIR_WAY = 2 * ANSWERS_IN_ONE;
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private AckCostReport() {}

  public static void main(String[] args) throws Exception {
    int messages = args.length > 0 ? Integer.parseInt(args[0]) : 50_000;
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 8;
    for (int round = 0; round < rounds; round++) {
      double each = microsAMessage(messages, 1);
      double together = microsAMessage(messages, ANSWERS_IN_ONE);
      double ack = (each - together) * ANSWERS_IN_ONE / (ANSWERS_IN_ONE - 1);
      System.out.printf(
          Locale.ROOT,
          "round %d: CPU µs a message: answered each %.2f, %d together %.2f: an answer %.2f%n",
          round,
          each,
          ANSWERS_IN_ONE,
          together,
          ack);
    }
  }

  private static double microsAMessage(int messages, int answersInOne)
      throws IOException, InterruptedException {
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
            .directExecutor()
            .addService(
                ServerServiceDefinition.builder(LinkMethod.SERVICE)
                    .addMethod(
                        LinkMethod.server(PooledByteBufAllocator.DEFAULT),
                        (call, headers) -> new Answering(call, answersInOne))
                    .build())
            .build()
            .start();
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
            .directExecutor()
            .usePlaintext()
            .build();
    try {
      send(channel, messages / 4);
      long before = SYSTEM.getProcessCpuTime();
      send(channel, messages);
      return (SYSTEM.getProcessCpuTime() - before) / 1e3 / messages;
    } finally {
      channel.shutdownNow();
      server.shutdownNow();
    }
  }

  private static void send(ManagedChannel channel, int messages) throws InterruptedException {
    Semaphore mayGo = new Semaphore(ON_THEIR_WAY);
    ClientCall<LinkMessage, SamplerFrame> call =
        channel.newCall(LinkMethod.client(), CallOptions.DEFAULT);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onMessage(SamplerFrame frame) {
            mayGo.release(frame.acks().length);
            call.request(1);
          }
        },
        new Metadata());
    call.request(1);
    byte[] bytes = new byte[MESSAGE_BYTES];
    int whole = messages / ANSWERS_IN_ONE * ANSWERS_IN_ONE;
    for (int i = 0; i < whole; i++) {
      mayGo.acquire();
      call.sendMessage(LinkMessage.of(bytes));
    }
    mayGo.acquire(ON_THEIR_WAY);
    call.cancel("all sent", null);
  }

  /** A sampler that takes everything. */
  private static final class Answering extends ServerCall.Listener<ByteBuf> {
    private final ServerCall<ByteBuf, SamplerFrame> call;
    private final long[] seqs;
    private int count;

    Answering(ServerCall<ByteBuf, SamplerFrame> call, int answersInOne) {
      this.call = call;
      this.seqs = new long[answersInOne];
      call.sendHeaders(new Metadata());
      call.request(1);
    }

    @Override
    public void onMessage(ByteBuf message) {
      message.release();
      seqs[count] = count;
      count++;
      if (count == seqs.length) {
        count = 0;
        call.sendMessage(SamplerFrame.answers(seqs, List.of(), null));
      }
      call.request(1);
    }
  }
}
