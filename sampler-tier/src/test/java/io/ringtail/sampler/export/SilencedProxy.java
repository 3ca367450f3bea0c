package io.ringtail.sampler.export;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Passes TCP connections on, until it is told that their other end is gone without a word: then it
 * takes what comes on those and passes nothing on. Threads: two a connection.
 */
final class SilencedProxy implements AutoCloseable {
  private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final List<AtomicBoolean> silenced = new CopyOnWriteArrayList<>();
  private final int port;

  SilencedProxy(int port) throws IOException {
    this.port = port;
    start(this::accept);
  }

  String url() {
    return "http://127.0.0.1:" + listening.getLocalPort();
  }

  /** The connections there are; later ones work. */
  void silence() {
    silenced.forEach(one -> one.set(true));
  }

  private interface Work {
    void run() throws IOException;
  }

  private static void start(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException e) {
                return; // closed
              }
            },
            "silenced-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() throws IOException {
    while (true) {
      Socket client = listening.accept();
      Socket server = new Socket(InetAddress.getLoopbackAddress(), port);
      sockets.add(client);
      sockets.add(server);
      AtomicBoolean silent = new AtomicBoolean();
      silenced.add(silent);
      start(() -> pass(client, server, silent));
      start(() -> pass(server, client, silent));
    }
  }

  private static void pass(Socket from, Socket to, AtomicBoolean silent) throws IOException {
    InputStream in = from.getInputStream();
    OutputStream out = to.getOutputStream();
    byte[] bytes = new byte[8192];
    for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
      if (!silent.get()) {
        out.write(bytes, 0, n);
      }
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
