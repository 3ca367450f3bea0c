package io.ringtail.router.retain;

/** Pieces for tests of other packages. */
public final class Pieces {
  private Pieces() {}

  public static Piece firstAccepted(long seq) {
    return new Piece(seq, 0, 100, new int[] {1}, new Claim());
  }
}
