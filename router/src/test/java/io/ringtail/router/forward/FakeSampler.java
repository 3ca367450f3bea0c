package io.ringtail.router.forward;

import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Member;
import io.ringtail.link.DictionaryLimits;
import io.ringtail.link.LinkMethod;
import io.ringtail.link.LinkReader;
import io.ringtail.link.PartView;
import io.ringtail.link.Peer;
import io.ringtail.link.Progress;
import io.ringtail.link.Refused;
import io.ringtail.link.RouterWord;
import io.ringtail.link.SamplerFrame;
import io.ringtail.link.Welcome;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.WireReader;
import io.ringtail.refusal.Refusal;
import io.ringtail.router.route.Tables;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A real link server on loopback whose answers a test decides. */
public final class FakeSampler implements AutoCloseable {
  /** Says nothing, ever. */
  static final Refused SILENCE = Refused.notOwner(0, EpochOrder.NONE, "");

  private final String nodeId;
  private final long bits;
  private final Collection<ServerCall<ByteBuf, SamplerFrame>> calls = new ConcurrentLinkedQueue<>();
  private final Collection<String> spans = new ConcurrentLinkedQueue<>();
  private final Collection<RouterWord> words = new ConcurrentLinkedQueue<>();
  private final Collection<Progress> progress = new ConcurrentLinkedQueue<>();
  private final Server server;

  /** Null accepts. */
  public volatile Function<PartView, @Nullable Refused> answers = part -> null;

  public FakeSampler(String nodeId, long bits, int port) throws Exception {
    this.nodeId = nodeId;
    this.bits = bits;
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", port))
            .directExecutor()
            .maxInboundMessageSize(LinkMethod.MAX_MESSAGE_BYTES)
            .addService(
                ServerServiceDefinition.builder(LinkMethod.SERVICE)
                    .addMethod(
                        LinkMethod.server(UnpooledByteBufAllocator.DEFAULT),
                        (call, headers) -> new Inbound(call))
                    .build())
            .build()
            .start();
  }

  public int port() {
    return server.getPort();
  }

  public Member member() {
    return member(nodeId, bits, port());
  }

  /** How one that listens on {@code port} stands in an epoch. */
  public static Member member(String nodeId, long bits, int port) {
    return new Member(
        nodeId,
        Tables.sampler(nodeId, bits).incarnation(),
        Member.Role.SAMPLER,
        Member.State.ACTIVE,
        100,
        "127.0.0.1:" + port,
        "",
        "",
        1);
  }

  /** IDs and bytes of all accepted spans, in hex. */
  public List<String> spans() {
    return new ArrayList<>(spans);
  }

  /** Refuses every part from now on; null accepts again. */
  public void refuse(@Nullable Refusal refusal) {
    answers =
        part -> refusal == null ? null : new Refused(part.seq(), new EpochOrder(1, 1), refusal);
  }

  /** What routers have answered. */
  List<RouterWord> words() {
    return new ArrayList<>(words);
  }

  boolean hasLink() {
    return !calls.isEmpty();
  }

  /** Says something on the newest link. */
  void say(SamplerFrame frame) {
    ServerCall<ByteBuf, SamplerFrame> newest = null;
    for (ServerCall<ByteBuf, SamplerFrame> call : calls) {
      newest = call;
    }
    if (newest == null) {
      throw new IllegalStateException("no link");
    }
    newest.sendMessage(frame);
  }

  List<Progress> progress() {
    return new ArrayList<>(progress);
  }

  /** Breaks all links; the router may come again. */
  void breakLinks() {
    calls.forEach(call -> call.close(Status.UNAVAILABLE, new Metadata()));
    calls.clear();
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private final class Inbound extends ServerCall.Listener<ByteBuf> {
    private final ServerCall<ByteBuf, SamplerFrame> call;
    private final LinkReader reader = new LinkReader(DictionaryLimits.DEFAULT);

    Inbound(ServerCall<ByteBuf, SamplerFrame> call) {
      this.call = call;
      call.sendHeaders(new Metadata());
      call.request(1);
    }

    @Override
    public void onMessage(ByteBuf message) {
      try {
        int start = message.arrayOffset() + message.readerIndex();
        reader.reset(message.array(), start, start + message.readableBytes());
        for (LinkReader.Frame f = reader.next(); f != LinkReader.Frame.END; f = reader.next()) {
          handle(f);
        }
      } catch (MalformedWireException e) {
        throw new AssertionError(e);
      } finally {
        message.release();
      }
      call.request(1);
    }

    private void handle(LinkReader.Frame f) throws MalformedWireException {
      switch (f) {
        case HELLO -> {
          call.sendMessage(
              SamplerFrame.of(
                  new Welcome(
                      1, new Peer(nodeId, member().incarnation()), DictionaryLimits.DEFAULT)));
          calls.add(call); // what is said before the welcome is not heard
        }
        case PART -> answer(reader.part());
        case PROGRESS -> progress.add(reader.progress());
        case WORD -> words.add(reader.word());
        case FAREWELL -> {}
        case END -> throw new AssertionError();
      }
    }

    private void answer(PartView part) throws MalformedWireException {
      Refused refused = answers.apply(part);
      if (refused == null) {
        take(part);
        call.sendMessage(SamplerFrame.answers(new long[] {part.seq()}, List.of(), null));
      } else if (refused.seq() != SILENCE.seq()) {
        call.sendMessage(SamplerFrame.answers(new long[0], List.of(refused), null));
      }
    }

    private void take(PartView part) throws MalformedWireException {
      for (int g = 0; g < part.groupCount(); g++) {
        WireReader in = new WireReader().reset(part.array(), part.spansStart(g), part.spansEnd(g));
        while (in.next()) {
          int length = in.readLength();
          spans.add(HexFormat.of().formatHex(in.array(), in.position(), in.position() + length));
          in.position(in.position() + length);
        }
      }
    }
  }
}
