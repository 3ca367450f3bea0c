package io.ringtail.sampler.handoff;

import io.ringtail.link.SamplerWord;
import java.util.ArrayList;
import java.util.List;

/** Gathers words to routers until the keeper's call is over. Threads: the handoff's. */
final class Outbox implements Routers {
  private final Routers to;
  private final List<Runnable> words = new ArrayList<>();

  Outbox(Routers to) {
    this.to = to;
  }

  @Override
  public void say(long router, SamplerWord word) {
    words.add(() -> to.say(router, word));
  }

  void flush() {
    words.forEach(Runnable::run);
    words.clear();
  }
}
