package io.ringtail.it.sim;

/** What befell a cluster in a run: seen to happen, not only meant to. */
enum Trouble {
  MOVED_ON("slots move again before the move before is complete"),
  LEAVES_WHILE_OTHERS_MOVE("a sampler begins to leave while slots are held"),
  DRAINED_BY_OPERATOR("an operator drains a sampler, which lives on"),
  UNDRAINED_MIDWAY("a sampler is to own slots again before it has given all away"),
  NONE_ACTIVE("an operator drains the last sampler that owns slots"),
  UNDRAINED_FROM_NONE("a drained sampler is to own slots again while none does"),
  JOINS_WHILE_ONE_LEAVES("a sampler joins while another leaves"),
  SENDER_LOST("a sampler is lost that has not handed over all that moved"),
  RECEIVER_LOST("a sampler is lost that waits for what others hand over"),
  LOST_DURING_REPLAY("a sampler is lost while spans of another lost one are replayed"),
  TWO_LOST("two samplers are lost within 6 s"),
  DRAIN_AFTER_LOSS("a sampler begins to leave within 3 s after one was lost"),
  ROUTER_GONE_THEN_LOSS("a sampler is lost within 3 s after a router left or was lost"),
  BACK_AT_ONCE("a sampler is back within a second after it was killed"),
  SILENT("a host dies without a word"),
  ONLY_SAMPLER_LOST("the only sampler is lost"),
  LAST_DECIDES("the last sampler decides what it holds and stops"),
  ROUTER_LOST("a router is lost"),
  ROUTER_BACK("a router comes back under the name of a lost one"),
  SAMPLER_SKIPS_EPOCH("a sampler uses an epoch without the one before it"),
  ROUTER_SKIPS_EPOCH("a router uses an epoch without the one before it"),
  PAUSED_PAST_LEASE("a sampler is paused for longer than its lease"),
  LOST_WHILE_PAUSED("a node is taken for lost while it is paused"),
  WAKES_ALONE("a node wakes up alone in its view"),
  TOLD_LOST("a sampler learns that it was lost, and gives away what it has"),
  PARTITION("a partition"),
  MERGE("views merge"),
  FULL_WITH_HOLDS("a sampler refuses spans for want of memory while it holds slots"),
  LOG_FULL("a router's log is full, and it refuses spans"),
  LOG_FULL_AFTER_LOSS("so does one after a sampler was lost"),
  DECISIONS_FORGOTTEN("spans are replayed to a sampler that remembers two decisions"),
  MANY_SLOTS("each part has spans of many slots"),
  SLOW_LINKS("messages take up to 120 ms"),
  LINKS_BROKEN("all links of a sampler break"),
  DEAF("a node does not hear of epochs for a while"),
  BACKEND_DOWN("the backend takes nothing for a while"),
  BACKEND_SLOW("the backend takes long for a while");

  final String meaning;

  Trouble(String meaning) {
    this.meaning = meaning;
  }
}
