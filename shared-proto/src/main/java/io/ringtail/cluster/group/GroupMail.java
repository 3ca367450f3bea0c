package io.ringtail.cluster.group;

import io.ringtail.cluster.MemberMail;
import io.ringtail.cluster.word.ClusterMessage;
import io.ringtail.cluster.word.GroupWord;
import io.ringtail.cluster.word.WordDispatch;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@link MemberMail} as words of a kind of its own, over the channel there is: none before the join
 * and while this node comes back as another incarnation. Threads: as those.
 */
final class GroupMail implements MemberMail, WordDispatch.Taker {
  /** Well above those of {@link ClusterMessage}s, which grow. */
  static final int KIND = 100;

  private final Supplier<@Nullable GroupChannel> channel;
  private volatile @Nullable Reader reader;

  GroupMail(Supplier<@Nullable GroupChannel> channel) {
    this.channel = channel;
  }

  @Override
  public boolean send(long toBits, byte[] letter) {
    GroupChannel open = channel.get();
    return open != null && open.send(toBits, new GroupWord(KIND, letter));
  }

  @Override
  public void read(Reader newReader) {
    reader = newReader;
  }

  @Override
  public void onWord(long fromBits, GroupWord word) {
    Reader told = reader;
    if (told != null) {
      told.onLetter(fromBits, word.body());
    }
  }
}
