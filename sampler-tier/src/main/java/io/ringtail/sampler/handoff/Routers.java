package io.ringtail.sampler.handoff;

import io.ringtail.link.SamplerWord;

/** The way to routers. Threads: the handoff's. */
public interface Routers {
  /**
   * Says a word on the router's newest link; lost if it has none. The marks of {@link MarkBoard}
   * read later for that link stand behind it.
   *
   * @param router bits of its incarnation
   */
  void say(long router, SamplerWord word);
}
