package io.ringtail.config;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Locale;

/**
 * A server could not listen. The message is one line for people, such as {@code
 * router.receive.grpc: 127.0.0.1:4317: address already in use}.
 */
public final class ListenException extends IOException {
  private final String key;
  private final String trouble;

  /**
   * @param key of the address in the config file
   * @param port as configured
   */
  public ListenException(String key, String host, int port, Throwable cause) {
    this(key, host + ":" + port + ": " + why(cause), cause);
  }

  private ListenException(String key, String trouble, Throwable cause) {
    super(key + ": " + trouble, cause);
    this.key = key;
    this.trouble = trouble;
  }

  public ListenException(String key, InetSocketAddress address, Throwable cause) {
    this(key, address.getHostString(), address.getPort(), cause);
  }

  /** The key of the address in the config file. */
  public String key() {
    return key;
  }

  /**
   * The message for who has given the address by another name than the key.
   *
   * @param name such as an option of a command
   */
  public String messageFor(String name) {
    return name + ": " + trouble;
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
