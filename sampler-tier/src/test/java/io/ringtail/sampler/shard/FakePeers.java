package io.ringtail.sampler.shard;

import io.ringtail.link.Peer;
import io.ringtail.sampler.peer.PeerWord;
import io.ringtail.sampler.peer.Peers;
import java.util.ArrayList;
import java.util.List;

/** Links to other samplers that keep what is sent, but have no room for transfers. */
final class FakePeers implements Peers {
  record Sent(Peer to, PeerWord word) {}

  final List<Sent> sent = new ArrayList<>();
  boolean up = true;

  @Override
  public boolean send(Peer to, PeerWord word) {
    if (word instanceof PeerWord.Transfer transfer) {
      transfer.entries().release();
      return false;
    }
    if (up) {
      sent.add(new Sent(to, word));
    }
    return up;
  }

  /** The words of a kind, oldest first. */
  <W extends PeerWord> List<W> words(Class<W> kind) {
    return sent.stream().map(Sent::word).filter(kind::isInstance).map(kind::cast).toList();
  }
}
