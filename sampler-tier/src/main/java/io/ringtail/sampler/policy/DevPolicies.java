package io.ringtail.sampler.policy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The policies {@code ringtail dev} runs with when it is given none. */
public final class DevPolicies {
  private static final String RESOURCE = "dev-policies.yaml";

  private DevPolicies() {}

  /** A YAML text holding a {@code tail_sampling:} block. */
  public static String yaml() {
    try (InputStream in = DevPolicies.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new AssertionError(RESOURCE + " is not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
