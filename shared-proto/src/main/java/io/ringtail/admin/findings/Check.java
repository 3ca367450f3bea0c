package io.ringtail.admin.findings;

/** Looks for one group of troubles. */
@FunctionalInterface
interface Check {
  void check(Gathered gathered, Found found);
}
