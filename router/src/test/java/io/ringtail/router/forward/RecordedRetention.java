package io.ringtail.router.forward;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Mark;
import io.ringtail.link.SamplerWord;
import io.ringtail.router.retain.SamplerKey;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keeps nothing but the seqs of what it was told. */
final class RecordedRetention implements Retention {
  final List<Long> accepted = new ArrayList<>();
  final List<Long> rejected = new ArrayList<>();

  @Override
  public void accepted(Parcel parcel, SamplerKey receiver) {
    accepted.add(parcel.seq());
    parcel.release();
  }

  @Override
  public void rejected(Parcel parcel) {
    rejected.add(parcel.seq());
    parcel.release();
  }

  @Override
  public void heard(SamplerKey from, List<SamplerWord> words, @Nullable Mark mark) {}

  @Override
  public void linkEnded(EpochOrder epoch) {}

  @Override
  public long oldestSeq() {
    return 1;
  }
}
