package io.ringtail.cli.demo;

import java.util.List;

/**
 * One operation of the shop and what it calls, one after another.
 *
 * @param service who does it
 * @param name of its span
 * @param millis typical time of its own, without what it calls
 * @param calls made in turn
 */
record Call(String service, String name, int millis, List<Call> calls) {
  static Call of(String service, String name, int millis, Call... calls) {
    return new Call(service, name, millis, List.of(calls));
  }
}
