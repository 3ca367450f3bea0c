package io.ringtail.cli.admin;

import picocli.CommandLine.Option;

/** How a change is agreed to. */
final class ChangeOptions {
  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask.")
  private boolean yes;

  @Option(
      names = "--force",
      description =
          "Also if others would be over their byte budget, or too few samplers would be left.")
  private boolean force;

  boolean yes() {
    return yes;
  }

  boolean force() {
    return force;
  }
}
