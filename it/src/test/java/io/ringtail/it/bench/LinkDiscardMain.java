package io.ringtail.it.bench;

import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.ringtail.link.DictionaryLimits;
import io.ringtail.link.LinkMethod;
import io.ringtail.link.LinkReader;
import io.ringtail.link.SamplerFrame;
import io.ringtail.link.Welcome;
import io.ringtail.otlp.MalformedWireException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;

/**
 * The floor under a sampler: takes link messages as a sampler does, acknowledges every part and
 * throws it away; no span is looked at. {@code LinkDiscardMain}; prints {@code ready PORT}.
 */
public final class LinkDiscardMain {
  private LinkDiscardMain() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    Server server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0])))
            .directExecutor()
            .maxInboundMessageSize(LinkMethod.MAX_MESSAGE_BYTES)
            .flowControlWindow(4 << 20)
            .addService(
                ServerServiceDefinition.builder(LinkMethod.SERVICE)
                    .addMethod(
                        LinkMethod.server(PooledByteBufAllocator.DEFAULT),
                        (call, headers) -> new Discard(call))
                    .build())
            .build()
            .start();
    System.out.println("ready " + server.getPort());
    server.awaitTermination();
  }

  private static final class Discard extends ServerCall.Listener<ByteBuf> {
    private final ServerCall<ByteBuf, SamplerFrame> call;
    private final LinkReader reader = new LinkReader(DictionaryLimits.DEFAULT);
    private long[] acks = new long[64];
    private int count;

    Discard(ServerCall<ByteBuf, SamplerFrame> call) {
      this.call = call;
      call.sendHeaders(new Metadata());
      call.request(1);
    }

    @Override
    public void onMessage(ByteBuf message) {
      int start = message.arrayOffset() + message.readerIndex();
      reader.reset(message.array(), start, start + message.readableBytes());
      try {
        walk();
      } catch (MalformedWireException e) {
        call.close(Status.INTERNAL.withDescription(e.getMessage()), new Metadata());
        return;
      } finally {
        message.release();
      }
      if (count > 0) {
        call.sendMessage(SamplerFrame.answers(Arrays.copyOf(acks, count), List.of(), null));
        count = 0;
      }
      call.request(1);
    }

    private void walk() throws MalformedWireException {
      for (LinkReader.Frame f = reader.next(); f != LinkReader.Frame.END; f = reader.next()) {
        if (f == LinkReader.Frame.HELLO) {
          call.sendMessage(
              SamplerFrame.of(
                  new Welcome(
                      LinkMethod.VERSION, reader.hello().sampler(), DictionaryLimits.DEFAULT)));
        } else if (f == LinkReader.Frame.PART) {
          if (count == acks.length) {
            acks = Arrays.copyOf(acks, 2 * count);
          }
          acks[count++] = reader.part().seq();
        }
      }
    }
  }
}
