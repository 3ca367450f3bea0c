package io.ringtail.router.receive;

import io.netty.channel.ServerChannel;
import io.ringtail.http2.CopiedReads;
import io.ringtail.memory.NetworkMemory;

/**
 * What the connections of a router's servers run on.
 *
 * @param loops not closed by the servers
 * @param memory of all that they read and write
 * @param reads how they read
 */
public record Connections(EventLoops loops, NetworkMemory memory, CopiedReads reads) {
  private static final int READ_BYTES = 64 << 10;

  /** With all memory the JVM has. */
  public static Connections unlimited(EventLoops loops) {
    return new Connections(loops, NetworkMemory.unlimited(1), new CopiedReads(READ_BYTES));
  }

  ServerChannel newHttp2Server() {
    return reads.onHttp2(loops.newServerChannel());
  }

  ServerChannel newHttpServer() {
    return reads.on(loops.newServerChannel());
  }
}
