package io.ringtail.it.resize;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One process in a network namespace made for it, joined to the rest by a pair of virtual devices
 * that only they use. The rest is in this JVM's namespace, which must be one made for the test
 * ({@code unshare --net}), so that nothing listens on the machine's own network. Cutting off sends
 * frames to a hardware address nobody has: they vanish, as with a broken switch.
 */
final class Apart implements Surroundings {
  private static final AtomicInteger MADE = new AtomicInteger();
  private static final String NOBODY = "02:00:00:00:00:99";

  private final String process;
  private final int number = MADE.incrementAndGet();
  private final String name = "rt" + ProcessHandle.current().pid() % 100_000 + "x" + number;
  private final String here = "10.77." + number + ".1";
  private final String there = "10.77." + number + ".2";

  /**
   * @param process name of the one apart
   */
  Apart(String process) throws IOException, InterruptedException {
    this.process = process;
    ip("netns", "add", name);
    ip("link", "add", name + "a", "type", "veth", "peer", "name", name + "b");
    ip("link", "set", name + "b", "netns", name);
    ip("addr", "add", here + "/24", "dev", name + "a");
    ip("link", "set", name + "a", "up");
    inside("addr", "add", there + "/24", "dev", name + "b");
    inside("link", "set", name + "b", "up");
    inside("link", "set", "lo", "up");
  }

  /** Whether this JVM may make one: it is root, in a namespace without a network of its own. */
  static boolean available() throws InterruptedException {
    try {
      return "root".equals(System.getProperty("user.name"))
          && ip("-o", "link", "show").lines().allMatch(line -> line.contains(": lo"));
    } catch (IOException e) {
      return false;
    }
  }

  /** A namespace fresh from {@code unshare} has even its loopback down. */
  static void bringUpLoopback() throws IOException, InterruptedException {
    if (available()) {
      ip("link", "set", "lo", "up");
    }
  }

  @Override
  public String host(String node) {
    return node.equals(process) ? there : here;
  }

  @Override
  public List<String> prefix(String node) {
    return node.equals(process) ? List.of("ip", "netns", "exec", name) : List.of();
  }

  @Override
  public void cut() throws IOException, InterruptedException {
    ip("neigh", "replace", there, "lladdr", NOBODY, "dev", name + "a", "nud", "permanent");
    inside("neigh", "replace", here, "lladdr", NOBODY, "dev", name + "b", "nud", "permanent");
  }

  @Override
  public void heal() throws IOException, InterruptedException {
    ip("neigh", "del", there, "dev", name + "a");
    inside("neigh", "del", here, "dev", name + "b");
  }

  private void inside(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("-n", name));
    command.addAll(List.of(words));
    ip(command.toArray(String[]::new));
  }

  private static String ip(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(words));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + ": " + said.trim());
    }
    return said;
  }

  @Override
  public void close() throws IOException {
    try {
      ip("link", "del", name + "a");
      ip("netns", "del", name);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
