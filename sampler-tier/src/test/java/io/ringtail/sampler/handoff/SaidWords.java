package io.ringtail.sampler.handoff;

import io.ringtail.link.SamplerWord;
import java.util.ArrayList;
import java.util.List;

/** Routers that remember what they were told. */
final class SaidWords implements Routers {
  record Said(long router, SamplerWord word) {}

  final List<Said> said = new ArrayList<>();

  @Override
  public void say(long router, SamplerWord word) {
    said.add(new Said(router, word));
  }

  /** What was said since the last call. */
  List<Said> take() {
    List<Said> taken = List.copyOf(said);
    said.clear();
    return taken;
  }

  /** The words of one kind said since the last call; the rest is forgotten. */
  <W extends SamplerWord> List<W> take(Class<W> kind) {
    return take().stream().map(Said::word).filter(kind::isInstance).map(kind::cast).toList();
  }
}
