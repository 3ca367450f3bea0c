package io.ringtail.it.sim;

import io.grpc.Attributes;
import io.grpc.ClientCall;
import io.grpc.KnownLength;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.ringtail.it.sim.SimNet.Method;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One bidirectional call between two hosts. What is sent is serialised at once. A break takes some
 * of what is under way with it; the ends hear of it at their own times.
 */
final class SimStream<Q, A> extends ClientCall<Q, A> {
  private static final long NOTICE = 30 * World.MILLI;

  record Target(Host host, Method<?, ?> method) {}

  private final SimNet net;
  private final World world;
  private final Host client;
  private final MethodDescriptor<Q, A> method;
  private final Supplier<@Nullable Target> find;
  private final SimPipe toServer;
  private final SimPipe toClient;
  private @Nullable Host server;
  private @Nullable Listener<A> listener;
  private boolean clientClosed;
  private boolean serverClosed;

  SimStream(
      SimNet net, Host client, MethodDescriptor<Q, A> method, Supplier<@Nullable Target> find) {
    this.net = net;
    this.world = net.world;
    this.client = client;
    this.method = method;
    this.find = find;
    this.toServer = new SimPipe(net, method.getServiceName(), () -> client);
    this.toClient = new SimPipe(net, method.getServiceName(), this::serverOrNobody);
    toClient.to = client;
  }

  /** Before there is a server the client's own end stands for it: nothing comes from there. */
  private Host serverOrNobody() {
    Host known = server;
    return known == null ? client : known;
  }

  boolean touches(Host host) {
    return host == client || host == server;
  }

  void goOn() {
    toServer.goOn();
    toClient.goOn();
  }

  // ---- the client's side

  @Override
  public void start(Listener<A> responseListener, Metadata headers) {
    listener = responseListener;
    net.began(this);
    toClient.receiver =
        bytes -> {
          if (!clientClosed) {
            responseListener.onMessage(method.parseResponse(new Message(bytes)));
          }
        };
    connect(0);
  }

  private void connect(int tries) {
    client.after(
        net.latency.getAsLong(),
        () -> {
          if (clientClosed) {
            return;
          }
          Target target = find.get();
          if (target != null && net.isCut(client, target.host()) && tries < 6) {
            client.after(500 * World.MILLI, () -> connect(tries + 1));
          } else if (target == null || !target.host().isAlive() || tries >= 6) {
            closeClient(Status.UNAVAILABLE.withDescription("connection refused"));
          } else {
            server = target.host();
            target.host().after(net.latency.getAsLong(), () -> accept(target));
          }
        });
  }

  @SuppressWarnings("unchecked") // the same method at both ends, by its name
  private <Q2, A2> void accept(Target target) {
    Method<Q2, A2> served = (Method<Q2, A2>) target.method();
    ServerSide<Q2, A2> side = new ServerSide<>(served.descriptor());
    ServerCall.Listener<Q2> incoming = served.accept().apply(side);
    side.listener = incoming;
    toServer.receiver =
        bytes -> {
          if (!serverClosed) {
            incoming.onMessage(served.descriptor().parseRequest(new Message(bytes)));
          }
        };
    atServerEnd =
        () -> {
          if (!serverClosed) {
            serverClosed = true;
            incoming.onCancel();
          }
        };
    atHalfClose =
        () -> {
          if (!serverClosed) {
            incoming.onHalfClose();
          }
        };
    toServer.to = target.host();
    toServer.onWindow = () -> tellClient(l -> l.onReady());
    if (ended) {
      atServerEnd.run();
      return;
    }
    toServer.goOn();
    toServer.pump();
    tellClient(l -> l.onReady());
  }

  private Runnable atServerEnd = () -> {};
  private Runnable atHalfClose = () -> {};
  private boolean ended;

  private void tellClient(Consumer<Listener<A>> what) {
    client.after(
        net.latency.getAsLong(),
        () -> {
          Listener<A> l = listener;
          if (!clientClosed && l != null) {
            what.accept(l);
          }
        });
  }

  private void closeClient(Status status) {
    if (clientClosed) {
      return;
    }
    clientClosed = true;
    toClient.cutNow();
    net.ended(this);
    Listener<A> l = listener;
    if (l != null) {
      l.onClose(status, SimNet.noTrailers());
    }
  }

  @Override
  public void request(int n) {
    toClient.request(n);
  }

  @Override
  public boolean isReady() {
    return !clientClosed && server != null && !toServer.isFull();
  }

  @Override
  public void sendMessage(Q message) {
    if (clientClosed) {
      return;
    }
    toServer.send(read(method.streamRequest(message)));
  }

  @Override
  public void halfClose() {
    if (!clientClosed) {
      toServer.send((Runnable) () -> atHalfClose.run());
    }
  }

  @Override
  public void cancel(@Nullable String message, @Nullable Throwable cause) {
    if (clientClosed) {
      return;
    }
    closeClient(Status.CANCELLED.withDescription(message));
    endServer();
  }

  /** The server hears of it after some of what was under way. */
  private void endServer() {
    ended = true;
    Host target = server;
    toServer.cutSomewhere();
    if (target != null) {
      long late = world.chance(0.2) ? world.below(3 * World.SECOND) : world.below(NOTICE);
      target.after(
          toServer.nanosUnderWay() + late,
          () -> {
            toServer.cutNow();
            atServerEnd.run();
          });
    }
  }

  /** The connection is gone; both ends hear of it, each in its time. */
  void breakOff(String why) {
    if (clientClosed) {
      return;
    }
    toClient.cutSomewhere();
    client.after(world.below(NOTICE), () -> closeClient(Status.UNAVAILABLE.withDescription(why)));
    endServer();
    net.ended(this);
  }

  /** One end has died. */
  void die(Host dead, boolean silent) {
    if (dead == client) {
      clientClosed = true;
      if (silent) {
        toServer.cutSomewhere();
        ended = true;
        Host target = server;
        if (target != null) { // keep-alive
          target.after(20 * World.SECOND, atServerEnd);
        }
      } else {
        endServer();
      }
      return;
    }
    toClient.cutSomewhere();
    long notice = silent ? 20 * World.SECOND : world.below(NOTICE);
    client.after(notice, () -> closeClient(Status.UNAVAILABLE.withDescription("reset")));
  }

  /** As gRPC gives it. */
  private static final class Message extends ByteArrayInputStream implements KnownLength {
    Message(byte[] bytes) {
      super(bytes);
    }
  }

  private static byte[] read(InputStream in) {
    try (in) {
      byte[] bytes = new byte[in.available()]; // gRPC's own streams know their length
      int n = in.readNBytes(bytes, 0, bytes.length);
      if (n != bytes.length || in.read() >= 0) {
        throw new AssertionError("a message of another length than it says");
      }
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // ---- the server's side

  private final class ServerSide<Q2, A2> extends ServerCall<Q2, A2> {
    private final MethodDescriptor<Q2, A2> served;
    ServerCall.@Nullable Listener<Q2> listener;

    ServerSide(MethodDescriptor<Q2, A2> served) {
      this.served = served;
      toClient.onWindow =
          () -> {
            Host target = server;
            if (target != null) {
              target.after(
                  net.latency.getAsLong(),
                  () -> {
                    if (!serverClosed && listener != null) {
                      listener.onReady();
                    }
                  });
            }
          };
    }

    @Override
    public void request(int n) {
      toServer.request(n);
    }

    @Override
    public void sendHeaders(Metadata headers) {}

    @Override
    public boolean isReady() {
      return !serverClosed && !toClient.isFull();
    }

    @Override
    public void sendMessage(A2 message) {
      if (!serverClosed && !clientClosed) {
        toClient.send(SimStream.read(served.streamResponse(message)));
      }
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (serverClosed) {
        return;
      }
      serverClosed = true;
      toServer.cutNow();
      toClient.send((Runnable) () -> closeClient(status));
    }

    @Override
    public boolean isCancelled() {
      return serverClosed;
    }

    @Override
    public MethodDescriptor<Q2, A2> getMethodDescriptor() {
      return served;
    }

    @Override
    public Attributes getAttributes() {
      return Attributes.EMPTY;
    }
  }
}
