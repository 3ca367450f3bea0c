package io.ringtail.ring;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The fingerprint by which two nodes see that their tables are the same (protocol E5). Pure. */
final class Checksum {
  private Checksum() {}

  /** Of members, weights and owners; never 0, which means that there are no members. */
  static long of(List<RingMember> members, short[] owners) {
    Hasher hasher = Hashing.murmur3_128().newHasher();
    for (RingMember member : members) {
      byte[] id = member.nodeId().getBytes(StandardCharsets.UTF_8);
      hasher.putInt(id.length).putBytes(id).putInt(member.weight());
    }
    for (short owner : owners) {
      hasher.putShort(owner);
    }
    long hash = hasher.hash().asLong();
    return hash == 0 ? 1 : hash;
  }
}
