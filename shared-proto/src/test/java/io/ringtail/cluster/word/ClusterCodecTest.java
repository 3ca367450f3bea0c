package io.ringtail.cluster.word;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import io.ringtail.cluster.Completion;
import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochId;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.cluster.Member;
import io.ringtail.cluster.Members;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class ClusterCodecTest {
  private static final Member SAMPLER =
      new Member(
          "sampler-é",
          new Incarnation(new EpochOrder(7, 12), -5),
          Member.Role.SAMPLER,
          Member.State.DRAINING,
          250,
          "127.0.0.1:4319",
          "127.0.0.1:9464",
          "zone-a",
          3);
  private static final Member ROUTER = Members.member("r", Member.Role.ROUTER, 0);
  private static final EpochId ID = new EpochId(new EpochOrder(Long.MAX_VALUE, 3), "s0");
  private static final Epoch EPOCH =
      new Epoch(
          new EpochOrder(7, 12),
          "s0",
          List.of(ROUTER, SAMPLER),
          0x8000_0000_0000_0001L,
          new EpochOrder(6, 11),
          List.of(SAMPLER),
          "s1",
          List.of(SAMPLER, ROUTER));

  static final List<ClusterMessage> MESSAGES =
      List.of(
          new ClusterMessage.Announce(SAMPLER),
          new ClusterMessage.Published(EPOCH),
          new ClusterMessage.Confirm(ID, false),
          new ClusterMessage.Confirm(ID, true),
          new ClusterMessage.AskHighest(9),
          new ClusterMessage.Highest(9, List.of(ID, EpochId.NONE), 4, 7),
          new ClusterMessage.Highest(0, List.of(), 0, 0),
          new ClusterMessage.AskEpoch(ID),
          new ClusterMessage.Answer(ID, Optional.of(EPOCH)),
          new ClusterMessage.Answer(ID, Optional.empty()),
          new ClusterMessage.Drained(),
          new ClusterMessage.Fence(ROUTER),
          new ClusterMessage.Stamp(-7, ID, 3, EpochId.NONE, new EpochOrder(7, 11)),
          new ClusterMessage.Echo(Long.MIN_VALUE, EpochOrder.NONE),
          new ClusterMessage.Echo(7, new EpochOrder(7, 12)),
          new ClusterMessage.Sums(
              4,
              List.of(
                  new Completion(-5, new EpochOrder(7, 12), EpochOrder.NONE),
                  new Completion(6, new EpochOrder(7, 11), new EpochOrder(7, 9)))));

  private static List<ClusterMessage> decode(byte[] bytes, int length)
      throws InvalidProtocolBufferException {
    List<ClusterMessage> messages = new ArrayList<>();
    for (GroupWord word : GroupWord.read(bytes, 0, length)) {
      ClusterCodec.decode(word).ifPresent(messages::add);
    }
    return messages;
  }

  @ParameterizedTest
  @FieldSource("MESSAGES")
  void decode_encoded_isEqual(ClusterMessage message) throws Exception {
    byte[] bytes = ClusterCodec.encode(message).toBytes();
    assertThat(decode(bytes, bytes.length)).containsExactly(message);
  }

  @ParameterizedTest
  @FieldSource("MESSAGES")
  void decode_unknownFields_areIgnored(ClusterMessage message) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeString(99, "from the future");
    out.writeRawBytes(ClusterCodec.encode(message).toBytes());
    out.writeFixed32(100, 1);
    out.flush();
    assertThat(decode(bytes.toByteArray(), bytes.size())).containsExactly(message);
  }

  @Test
  void decode_unknownMessage_isEmpty() throws Exception {
    byte[] bytes = {8, 2, 114, 0}; // version 2, an empty field 14
    assertThat(decode(bytes, bytes.length)).isEmpty();
  }

  @ParameterizedTest
  @FieldSource("MESSAGES")
  void decode_truncated_isRefusedOrEmpty(ClusterMessage message) throws IOException {
    byte[] bytes = ClusterCodec.encode(message).toBytes();
    for (int length = 0; length < bytes.length; length++) {
      try {
        assertThat(decode(bytes, length)).as("length %d", length).isEmpty();
        assertThat(length).isLessThanOrEqualTo(2); // only the version
      } catch (InvalidProtocolBufferException e) {
        assertThat(length).isNotZero();
      }
    }
  }

  @Test
  void decode_randomBytes_neverAnythingButRefused() {
    Random random = new Random(5);
    byte[] valid = ClusterCodec.encode(new ClusterMessage.Published(EPOCH)).toBytes();
    for (int i = 0; i < 5_000; i++) {
      byte[] bytes = valid.clone();
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      try {
        decode(bytes, bytes.length);
      } catch (InvalidProtocolBufferException e) {
        assertThat(e).hasMessageNotContaining("Exception");
      }
    }
  }

  @Test
  void decode_echoOfAnOlderNode_tellsOfNoEpoch() throws Exception {
    byte[] bytes = new GroupWord(12, new byte[] {8, 7}).toBytes();
    assertThat(decode(bytes, bytes.length))
        .containsExactly(new ClusterMessage.Echo(7, EpochOrder.NONE));
  }

  @Test
  void decode_missingMember_isRefused() {
    byte[] bytes = {8, 1, 18, 0}; // an announcement of nobody
    assertThatThrownBy(() -> decode(bytes, bytes.length))
        .isInstanceOf(InvalidProtocolBufferException.class)
        .hasMessageContaining("member is missing");
  }
}
