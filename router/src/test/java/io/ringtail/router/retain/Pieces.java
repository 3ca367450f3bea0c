package io.ringtail.router.retain;

import io.ringtail.link.Header;

/** Pieces for tests of other packages. */
public final class Pieces {
  private Pieces() {}

  public static Piece firstAccepted(long seq) {
    LoggedSpans source = new LoggedSpans(0, Header.EMPTY, new Header[2], new int[] {100});
    return new Piece(seq, 0, 100, new int[] {1}, new Claim(), source);
  }
}
