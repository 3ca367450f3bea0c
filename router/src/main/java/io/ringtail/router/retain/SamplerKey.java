package io.ringtail.router.retain;

import io.ringtail.cluster.Member;

/**
 * A sampler incarnation as a router tells them apart: by its random bits, since its order is not
 * known before an epoch names it. Members listed in a file have bits of 0: their restarts are not
 * seen.
 */
public record SamplerKey(String nodeId, long bits) {
  public static SamplerKey of(Member member) {
    return new SamplerKey(member.nodeId(), member.incarnation().bits());
  }

  @Override
  public String toString() {
    return nodeId + "/" + Long.toHexString(bits);
  }
}
