package io.ringtail.cluster.word;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WordDispatchTest {
  private final WordDispatch dispatch = new WordDispatch();
  private final List<String> taken = new ArrayList<>();

  private void take(int kind) {
    dispatch.take(kind, (from, w) -> taken.add(from + ":" + w.kind() + ":" + w.body().length));
  }

  @Test
  void word_ofAKind_goesToWhoTakesIt() throws Exception {
    take(20);
    take(21);
    dispatch.dispatch(7, new GroupWord(21, new byte[300]).toBytes());
    dispatch.dispatch(8, new GroupWord(20, new byte[0]).toBytes());
    assertThat(taken).containsExactly("7:21:300", "8:20:0");
  }

  @Test
  void word_ofAKindNobodyTakes_isPassedOver() throws Exception {
    take(20);
    dispatch.dispatch(7, new GroupWord(22, new byte[3]).toBytes());
    assertThat(taken).isEmpty();
  }

  @Test
  void bytes_cutShort_areRefused() {
    take(20);
    byte[] word = new GroupWord(20, new byte[300]).toBytes();
    byte[] half = new byte[word.length / 2];
    System.arraycopy(word, 0, half, 0, half.length);
    assertThatThrownBy(() -> dispatch.dispatch(7, half))
        .isInstanceOf(InvalidProtocolBufferException.class);
    assertThat(taken).isEmpty();
  }

  @Test
  void kind_takenTwice_isABug() {
    take(20);
    assertThatIllegalStateException().isThrownBy(() -> take(20)).withMessage("kind 20 is taken");
  }
}
