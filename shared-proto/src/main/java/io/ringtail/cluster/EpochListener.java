package io.ringtail.cluster;

/** Told of epochs and of this node's standing. Threads: the membership's own, one at a time. */
public interface EpochListener {
  /** A newer epoch is to be used. Called in the order of the chain; must not block. */
  void onEpoch(Epoch epoch);

  /** A newer start of this node id is in the cluster: stop deciding, say so, and stop. */
  void onFenced(Member newer);
}
