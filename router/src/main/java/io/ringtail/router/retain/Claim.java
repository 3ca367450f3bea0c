package io.ringtail.router.retain;

/**
 * What the sender of a request may rely on of the spans in it: that they survive, unless it was
 * refused. Then it sends them again, and what was accepted of them counts for nothing. One for all
 * parts of a request, and for what is cut from them. Threads: any.
 */
public final class Claim {
  private volatile boolean ended;

  /** The sender has been refused. */
  public void end() {
    ended = true;
  }

  /** Whether it has been: nobody was told that these spans are accepted. */
  public boolean hasEnded() {
    return ended;
  }
}
