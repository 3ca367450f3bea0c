package io.ringtail.admin.call;

import io.ringtail.cluster.MemberMail;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Members whose letters arrive at once, unless they are cut off or hang. */
public final class FakeGroup {
  private final Map<Long, MemberMail.Reader> readers = new ConcurrentHashMap<>();
  private final Set<Long> hanging = new HashSet<>();

  /** One member's mail. */
  public Optional<MemberMail> mail(long bits) {
    return Optional.of(
        new MemberMail() {
          @Override
          public boolean send(long toBits, byte[] letter) {
            Reader reader = readers.get(toBits);
            if (reader == null) {
              return false;
            }
            if (!hanging.contains(toBits)) {
              reader.onLetter(bits, letter);
            }
            return true;
          }

          @Override
          public void read(Reader reader) {
            readers.put(bits, reader);
          }
        });
  }

  /** Takes letters and does nothing with them, as a stopped process does. */
  public void hang(long bits) {
    hanging.add(bits);
  }

  /** Is no member any more. */
  public void leave(long bits) {
    readers.remove(bits);
  }

  /** As if a member had sent it. */
  public void deliver(long fromBits, long toBits, byte[] letter) {
    MemberMail.Reader reader = readers.get(toBits);
    if (reader == null) {
      throw new AssertionError(toBits);
    }
    reader.onLetter(fromBits, letter);
  }
}
