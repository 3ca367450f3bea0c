package io.ringtail.it.resize;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Where the processes of a scene run, and what is done to one of them from outside. */
interface Surroundings extends AutoCloseable {
  /** All on loopback; nobody can be cut off. */
  Surroundings PLAIN =
      new Surroundings() {
        @Override
        public String host(String name) {
          return "127.0.0.1";
        }

        @Override
        public List<String> prefix(String name) {
          return List.of();
        }

        @Override
        public void cut() {
          throw new UnsupportedOperationException("on loopback");
        }

        @Override
        public void heal() {
          throw new UnsupportedOperationException("on loopback");
        }

        @Override
        public void close() {}
      };

  /** The address a process listens on. */
  String host(String name);

  /** Words to put before its command. */
  List<String> prefix(String name);

  /** From now on nothing passes between the one apart and the rest; nobody is told. */
  void cut() throws IOException, InterruptedException;

  void heal() throws IOException, InterruptedException;

  /** Puts the wall clock of one forward; its monotonic clock goes on. */
  default void stepClock(Duration by) throws IOException {
    throw new UnsupportedOperationException("clocks are as they are");
  }

  @Override
  void close() throws IOException;
}
