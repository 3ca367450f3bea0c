package io.ringtail.cluster.group;

import com.codahale.metrics.Counter;
import com.google.common.base.Throwables;
import com.google.common.net.HostAndPort;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.ringtail.cluster.ClusterConfig;
import io.ringtail.cluster.Member;
import io.ringtail.cluster.epoch.ClusterView;
import io.ringtail.cluster.word.GroupWord;
import io.ringtail.config.ListenException;
import io.ringtail.metrics.Mishaps;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.ServerSocket;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jgroups.Address;
import org.jgroups.BytesMessage;
import org.jgroups.JChannel;
import org.jgroups.MergeView;
import org.jgroups.Message;
import org.jgroups.Receiver;
import org.jgroups.View;
import org.jgroups.protocols.TCPPING;
import org.jgroups.protocols.pbcast.GMS;
import org.jgroups.util.DefaultSocketFactory;
import org.jgroups.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One JGroups channel, from its stack to its end: whom it sees, and {@link GroupWord}s to one of
 * them or to all. Threads: any to send, one at a time for all else.
 *
 * <p>How: the JGroups address of a process carries its incarnation's bits (lower half) and whether
 * it is a sampler (lowest bit of the upper half), so that a view alone tells who coordinates.
 */
final class GroupChannel {
  private static final Logger log = LoggerFactory.getLogger(GroupChannel.class);

  /** Long enough for nodes started by one command to see each other's files. */
  static final long LOOK_AROUND_MILLIS = 200;

  /** Who does not know of a coordinator waits so long for others to answer; alone 1 s. */
  private static final long JOIN_MILLIS = 2_500;

  private final ClusterConfig config;
  private final int port;
  private final LongSupplier nanoClock;
  private final Counter failures;
  private final Mishaps unsent;
  private final Mishaps unread;
  private final JChannel channel;
  private final List<ServerSocket> listening = new CopyOnWriteArrayList<>();
  private final Map<Long, Address> addresses = new ConcurrentHashMap<>();
  private volatile @Nullable DirectoryHosts hosts;

  /** What comes. Threads: those of the executor the channel was given. */
  interface Listener {
    void onView(ClusterView view);

    /**
     * @param bytes consumed: {@link GroupWord}s
     */
    void onWords(long fromBits, byte[] bytes);
  }

  /**
   * @param port not 0
   * @param failures counts words not sent and directories not read
   * @throws Exception if the stack cannot be read or built
   */
  GroupChannel(
      ClusterConfig config, int port, Member self, LongSupplier nanoClock, Counter failures)
      throws Exception {
    this.config = config;
    this.port = port;
    this.nanoClock = nanoClock;
    this.failures = failures;
    this.unsent = new Mishaps(failures, log, nanoClock);
    this.unread = new Mishaps(failures, log, nanoClock);
    this.channel = open(config, port);
    channel.setName(self.nodeId());
    channel.addAddressGenerator(() -> address(self));
    DefaultSocketFactory sockets = new DefaultSocketFactory();
    sockets.setServerSocketConfigurator(listening::add);
    channel.getProtocolStack().getTransport().setSocketFactory(sockets);
  }

  private static JChannel open(ClusterConfig config, int port) throws Exception {
    try (InputStream stack = StackFile.of(config, port)) {
      return new JChannel(stack);
    }
  }

  private static Address address(Member self) {
    long random = ThreadLocalRandom.current().nextLong() & ~1L;
    long sampler = self.role() == Member.Role.SAMPLER ? 1 : 0;
    return new UUID(random | sampler, self.incarnation().bits());
  }

  private static long bits(Address address) {
    return ((UUID) address).getLeastSignificantBits();
  }

  private static boolean isSampler(Address address) {
    return (((UUID) address).getMostSignificantBits() & 1) == 1;
  }

  // ---- joining

  /** Looks for others in the directory, if there is one, before it connects. */
  void lookAround() throws Exception {
    if (config.discovery() == ClusterConfig.Discovery.DIRECTORY) {
      HostAndPort at = HostAndPort.fromParts(config.bindHost(), port);
      DirectoryHosts shared = new DirectoryHosts(Path.of(config.directory()), config.name(), at);
      hosts = shared;
      shared.publish(Instant.now());
      TimeUnit.MILLISECONDS.sleep(LOOK_AROUND_MILLIS);
      readHosts(shared);
    }
    if (knowsOthers()) {
      GMS views = channel.getProtocolStack().findProtocol(GMS.class);
      views.setJoinTimeout(Math.max(JOIN_MILLIS, views.getJoinTimeout()));
    }
  }

  /** Whether it may be one of several that start at once, maybe slowly. */
  private boolean knowsOthers() {
    return switch (config.discovery()) {
      case STATIC -> config.hosts().size() > 1;
      case DIRECTORY -> discovery().getInitialHosts().size() > 1;
      case DNS -> true;
      case STACK, FIXED -> false;
    };
  }

  private TCPPING discovery() {
    return channel.getProtocolStack().findProtocol(TCPPING.class);
  }

  private void readHosts(DirectoryHosts shared) throws IOException {
    discovery().setInitialHosts(shared.read(Instant.now(), nanoClock.getAsLong()));
  }

  /** Whoever started since is met when JGroups looks for sides to merge with. */
  void refreshHosts() {
    DirectoryHosts shared = hosts;
    if (shared == null) {
      return;
    }
    try {
      shared.publish(Instant.now());
      readHosts(shared);
    } catch (IOException | RuntimeException e) {
      unread.causedOutside("event=cluster-directory-not-read path=" + config.directory(), e);
    }
  }

  /**
   * Returns once it is part of a view.
   *
   * @param thread JGroups' own threads only enqueue there what comes
   */
  void connect(Listener listener, Executor thread) throws Exception {
    channel.setReceiver(receiver(listener, thread));
    channel.connect(config.name());
  }

  /** JGroups says neither which port nor why, so this looks itself; only once it is closed. */
  IOException whyNotJoined(Exception e) {
    String host = config.bindHost();
    boolean own = Throwables.getRootCause(e) instanceof BindException;
    Optional<IOException> taken =
        own ? StackFile.whyNotFree(host, port) : StackFile.whyNoFailureDetection(host, port);
    if (taken.isPresent()) {
      return new ListenException("cluster.bind", host, port, taken.get());
    }
    Throwable root = Throwables.getRootCause(e);
    if (root instanceof FileSystemException
        && config.discovery() == ClusterConfig.Discovery.DIRECTORY) {
      return new IOException(
          "cluster.directory: "
              + config.directory()
              + " (expected a directory that this node can make and write: "
              + root.getClass().getSimpleName()
              + ")",
          e);
    }
    return new IOException(
        "cluster: cannot join from " + host + ":" + port + ": " + root.getMessage(), e);
  }

  // ---- what comes

  private Receiver receiver(Listener listener, Executor thread) {
    return new Receiver() {
      @Override
      public void viewAccepted(View view) {
        thread.execute(() -> listener.onView(seen(view)));
      }

      @Override
      public void receive(Message message) {
        byte[] bytes = message.getArray();
        if (bytes != null) {
          byte[] own = new byte[message.getLength()];
          System.arraycopy(bytes, message.getOffset(), own, 0, own.length);
          Address from = message.getSrc();
          thread.execute(
              () -> {
                addresses.putIfAbsent(bits(from), from);
                listener.onWords(bits(from), own);
              });
        }
      }
    };
  }

  private ClusterView seen(View view) {
    List<ClusterView.Peer> peers = new ArrayList<>();
    Map<Long, Address> found = new HashMap<>();
    for (Address a : view.getMembers()) {
      peers.add(new ClusterView.Peer(bits(a), isSampler(a)));
      found.put(bits(a), a);
    }
    addresses.putAll(found);
    addresses.keySet().retainAll(found.keySet());
    return new ClusterView(view.getViewId().getId(), peers, view instanceof MergeView);
  }

  // ---- what goes

  /**
   * To one of the view. May be lost with it. Threads: any.
   *
   * @return false if it is not in the view
   */
  @CanIgnoreReturnValue
  boolean send(long toBits, GroupWord word) {
    Address to = addresses.get(toBits);
    if (to == null) {
      return false;
    }
    send(new BytesMessage(to, word.toBytes()));
    return true;
  }

  /** To all others of the view. Threads: any. */
  void sendAll(GroupWord word) {
    Message message = new BytesMessage(null, word.toBytes());
    send(message.setFlag(Message.TransientFlag.DONT_LOOPBACK));
  }

  private void send(Message message) {
    try {
      channel.send(message);
    } catch (Exception e) {
      unsent.causedOutside("event=cluster-message-not-sent to=" + message.getDest(), e);
    }
  }

  // ---- the end

  /** Leaves the view if it is in one. Its ports are free again, also if it never joined. */
  void close() {
    closeHosts();
    channel.close();
    closePorts();
  }

  /**
   * JGroups 5.5 binds TCP's port when the stack starts and gives it back only if it has begun to
   * accept: where a protocol above fails to start it would stay bound, and the next try find its
   * own port taken. A stack of the user's own with TLS makes its sockets elsewhere.
   */
  private void closePorts() {
    for (ServerSocket socket : listening) {
      try {
        socket.close();
      } catch (IOException e) {
        failures.inc();
        log.warn("cluster port not closed port={} reason={}", socket.getLocalPort(), e.toString());
      }
    }
  }

  private void closeHosts() {
    DirectoryHosts shared = hosts;
    hosts = null;
    if (shared != null) {
      try {
        shared.close();
      } catch (IOException e) {
        failures.inc();
        log.warn(
            "cluster directory not tidied path={} reason={}", config.directory(), e.toString());
      }
    }
  }

  /** For tests: as if the process were killed. */
  void kill() throws Exception {
    org.jgroups.util.Util.shutdown(channel);
  }
}
