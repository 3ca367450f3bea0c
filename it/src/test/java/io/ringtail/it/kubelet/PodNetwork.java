package io.ringtail.it.kubelet;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A bridge in this JVM's network namespace, which must be one made for the test ({@code unshare
 * --net}), and a namespace for each pod joined to it. This JVM reaches all pods, and they it, at
 * {@link #HERE}. Threads: the test's.
 */
public final class PodNetwork implements AutoCloseable {
  /** Where pods reach this JVM. */
  public static final String HERE = "10.88.0.1";

  private static final String BRIDGE = "rtpods";
  private final String prefix = "rp" + ProcessHandle.current().pid() % 100_000 + "x";
  private final List<Place> places = new ArrayList<>();
  private int made;

  /**
   * A pod's place in it.
   *
   * @param namespace for {@code ip netns exec}
   */
  record Place(String namespace, String address) {}

  private PodNetwork() {}

  /** Why there can be none here; empty if there can. */
  public static String whyNot() throws InterruptedException {
    if (!"root".equals(System.getProperty("user.name"))) {
      return "not root";
    }
    try {
      boolean own =
          Shell.run("ip", "-o", "link", "show").lines().allMatch(line -> line.contains(": lo"));
      return own ? "" : "this process is not in a network namespace of its own (unshare --net)";
    } catch (IOException e) {
      return "ip (iproute2) cannot be run: " + e.getMessage();
    }
  }

  public static PodNetwork create() throws IOException, InterruptedException {
    Shell.run("ip", "link", "set", "lo", "up");
    Shell.run("ip", "link", "add", BRIDGE, "type", "bridge");
    Shell.run("ip", "addr", "add", HERE + "/16", "dev", BRIDGE);
    Shell.run("ip", "link", "set", BRIDGE, "up");
    return new PodNetwork();
  }

  /** A new place with an address nobody had. */
  Place attach() throws IOException, InterruptedException {
    int number = ++made;
    String name = prefix + number;
    String address = "10.88." + (1 + number / 250) + "." + (1 + number % 250);
    Shell.run("ip", "netns", "add", name);
    Place place = new Place(name, address);
    places.add(place);
    Shell.run("ip", "link", "add", name + "a", "type", "veth", "peer", "name", name + "b");
    Shell.run("ip", "link", "set", name + "a", "master", BRIDGE, "up");
    Shell.run("ip", "link", "set", name + "b", "netns", name, "name", "eth0");
    Shell.run("ip", "-n", name, "addr", "add", address + "/16", "dev", "eth0");
    Shell.run("ip", "-n", name, "link", "set", "eth0", "up");
    Shell.run("ip", "-n", name, "link", "set", "lo", "up");
    return place;
  }

  void detach(Place place) throws IOException, InterruptedException {
    if (places.remove(place)) {
      Shell.run("ip", "netns", "del", place.namespace());
    }
  }

  @Override
  public void close() throws IOException {
    try {
      for (Place place : List.copyOf(places)) {
        detach(place);
      }
      Shell.run("ip", "link", "del", BRIDGE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
