package io.ringtail.router.receive;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Locale;

/**
 * A server could not listen. The message is one line for people, such as {@code
 * router.receive.grpc: 127.0.0.1:4317: address already in use}.
 */
public final class ListenException extends IOException {
  public ListenException(String key, InetSocketAddress address, Throwable cause) {
    super(
        key + ": " + address.getHostString() + ":" + address.getPort() + ": " + why(cause), cause);
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
