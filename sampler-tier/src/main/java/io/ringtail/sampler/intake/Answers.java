package io.ringtail.sampler.intake;

import io.grpc.ServerCall;
import io.netty.buffer.ByteBuf;
import io.ringtail.link.Mark;
import io.ringtail.link.Peer;
import io.ringtail.link.Refused;
import io.ringtail.link.SamplerFrame;
import io.ringtail.link.SamplerWord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What one link tells its router: what became of all parts of a message, in one frame, words, and
 * with either the router's mark, if it has not been told that. The mark is read as a frame is made,
 * and frames leave in that order, so no older one follows a newer (protocol A5). Threads: under the
 * link's monitor.
 */
final class Answers {
  private final ServerCall<ByteBuf, SamplerFrame> call;
  private final Function<Peer, @Nullable Mark> marks;
  private final List<Refused> refused = new ArrayList<>();
  private long[] acks = new long[64];
  private int ackCount;
  private @Nullable Peer router;
  private @Nullable Mark toldMark;

  /**
   * @param marks a router's mark as it is now; null if it has none
   */
  Answers(ServerCall<ByteBuf, SamplerFrame> call, Function<Peer, @Nullable Mark> marks) {
    this.call = call;
    this.marks = marks;
  }

  /** Marks are this router's from now on. */
  void greeted(Peer by) {
    router = by;
  }

  void ack(long seq) {
    if (ackCount == acks.length) {
      acks = Arrays.copyOf(acks, ackCount * 2);
    }
    acks[ackCount++] = seq;
  }

  void refuse(Refused part) {
    refused.add(part);
  }

  /** Tells what became of the parts since the last time, if there were any. */
  void send() {
    if (ackCount == 0 && refused.isEmpty()) {
      return;
    }
    call.sendMessage(
        SamplerFrame.answers(Arrays.copyOf(acks, ackCount), List.copyOf(refused), newMark()));
    ackCount = 0;
    refused.clear();
  }

  void say(SamplerWord word) {
    call.sendMessage(SamplerFrame.of(List.of(word), newMark()));
  }

  /** Tells the mark if it has changed and the link takes it at once. */
  void tellMark() {
    if (call.isReady()) {
      Mark mark = newMark();
      if (mark != null) {
        call.sendMessage(SamplerFrame.of(mark));
      }
    }
  }

  private @Nullable Mark newMark() {
    Mark mark = router == null ? null : marks.apply(router);
    if (mark == null || mark.equals(toldMark)) {
      return null;
    }
    toldMark = mark;
    return mark;
  }
}
