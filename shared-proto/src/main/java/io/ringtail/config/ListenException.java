package io.ringtail.config;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Locale;

/**
 * A server could not listen. The message is one line for people, such as {@code
 * router.receive.grpc: 127.0.0.1:4317: address already in use}.
 */
public final class ListenException extends IOException {
  /**
   * @param key of the address in the config file
   * @param port as configured
   */
  public ListenException(String key, String host, int port, Throwable cause) {
    super(key + ": " + host + ":" + port + ": " + why(cause), cause);
  }

  public ListenException(String key, InetSocketAddress address, Throwable cause) {
    this(key, address.getHostString(), address.getPort(), cause);
  }

  private static String why(Throwable cause) {
    Throwable root = cause;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String message = String.valueOf(root.getMessage());
    if (message.toLowerCase(Locale.ROOT).contains("address already in use")) {
      return "address already in use";
    }
    return message.isEmpty() ? root.toString() : message;
  }
}
