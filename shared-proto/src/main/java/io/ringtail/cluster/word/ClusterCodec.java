package io.ringtail.cluster.word;

import static io.ringtail.cluster.word.WireRecords.add;
import static io.ringtail.cluster.word.WireRecords.bytes;
import static io.ringtail.cluster.word.WireRecords.nested;
import static io.ringtail.cluster.word.WireRecords.only;
import static io.ringtail.cluster.word.WireRecords.read;
import static io.ringtail.cluster.word.WireRecords.write;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import io.ringtail.cluster.Completion;
import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochId;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.word.ClusterMessage.Announce;
import io.ringtail.cluster.word.ClusterMessage.Answer;
import io.ringtail.cluster.word.ClusterMessage.AskEpoch;
import io.ringtail.cluster.word.ClusterMessage.AskHighest;
import io.ringtail.cluster.word.ClusterMessage.Confirm;
import io.ringtail.cluster.word.ClusterMessage.Drained;
import io.ringtail.cluster.word.ClusterMessage.Echo;
import io.ringtail.cluster.word.ClusterMessage.Fence;
import io.ringtail.cluster.word.ClusterMessage.Highest;
import io.ringtail.cluster.word.ClusterMessage.Published;
import io.ringtail.cluster.word.ClusterMessage.Stamp;
import io.ringtail.cluster.word.ClusterMessage.Sums;
import io.ringtail.cluster.word.WireRecords.Box;
import io.ringtail.cluster.word.WireRecords.FieldReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Cluster messages as {@link GroupWord}s, a kind each. Unknown fields are passed over, so that an
 * older node lives with a newer one. Threads: any.
 */
public final class ClusterCodec {
  public static final int FIRST_KIND = 2;
  public static final int LAST_KIND = 13;

  private ClusterCodec() {}

  public static GroupWord encode(ClusterMessage message) {
    if (message instanceof Announce m) {
      return word(2, o -> write(o, 1, b -> EpochCodec.member(b, m.self())));
    } else if (message instanceof Published m) {
      return word(3, o -> write(o, 1, b -> EpochCodec.epoch(b, m.epoch())));
    } else if (message instanceof Confirm m) {
      return word(4, o -> confirm(o, m));
    } else if (message instanceof AskHighest m) {
      return word(5, o -> o.writeInt64(1, m.viewId()));
    } else if (message instanceof Highest m) {
      return word(6, o -> highest(o, m));
    } else if (message instanceof AskEpoch m) {
      return word(7, o -> write(o, 1, b -> EpochCodec.id(b, m.epoch())));
    } else if (message instanceof Answer m) {
      return word(8, o -> answer(o, m));
    } else if (message instanceof Drained) {
      return word(9, o -> {});
    } else if (message instanceof Fence m) {
      return word(10, o -> write(o, 1, b -> EpochCodec.member(b, m.newer())));
    } else if (message instanceof Stamp m) {
      return word(11, o -> stamp(o, m));
    } else if (message instanceof Echo m) {
      return word(12, o -> echo(o, m));
    } else if (message instanceof Sums m) {
      return word(13, o -> sums(o, m));
    }
    throw new AssertionError(message);
  }

  private static GroupWord word(int kind, WireRecords.Body body) {
    return new GroupWord(kind, bytes(body));
  }

  /**
   * @return empty for a word of another kind
   * @throws InvalidProtocolBufferException if the body is not of the word's kind
   */
  public static Optional<ClusterMessage> decode(GroupWord word)
      throws InvalidProtocolBufferException {
    if (word.kind() < FIRST_KIND || word.kind() > LAST_KIND) {
      return Optional.empty();
    }
    try {
      CodedInputStream in = CodedInputStream.newInstance(word.body());
      ClusterMessage message = body(word.kind(), in);
      in.checkLastTagWas(0);
      return Optional.of(message);
    } catch (InvalidProtocolBufferException e) {
      throw e;
    } catch (IOException e) {
      throw new InvalidProtocolBufferException(e);
    }
  }

  private static ClusterMessage body(int kind, CodedInputStream in) throws IOException {
    return switch (kind) {
      case 2 -> new Announce(only(in, "member", EpochCodec::member));
      case 3 -> new Published(only(in, "epoch", EpochCodec::epoch));
      case 4 -> confirm(in);
      case 5 -> new AskHighest(onlyNumber(in));
      case 6 -> highest(in);
      case 7 -> new AskEpoch(only(in, "epoch id", EpochCodec::id));
      case 8 -> answer(in);
      case 9 -> {
        read(in, (f, i) -> false);
        yield new Drained();
      }
      case 10 -> new Fence(only(in, "member", EpochCodec::member));
      case 11 -> stamp(in);
      case 12 -> echo(in);
      case 13 -> sums(in);
      default -> throw new AssertionError(kind);
    };
  }

  private static long onlyNumber(CodedInputStream in) throws IOException {
    long[] number = {0};
    read(
        in,
        (f, i) -> {
          if (f != 1) {
            return false;
          }
          number[0] = i.readInt64();
          return true;
        });
    return number[0];
  }

  private static void highest(CodedOutputStream out, Highest m) throws IOException {
    out.writeInt64(1, m.viewId());
    for (EpochId id : m.recent()) {
      write(out, 2, b -> EpochCodec.id(b, id));
    }
    out.writeInt32(3, m.activeSamplers());
    out.writeInt32(4, m.members());
  }

  private static Highest highest(CodedInputStream in) throws IOException {
    long[] numbers = new long[3];
    List<EpochId> recent = new ArrayList<>();
    read(
        in,
        (f, i) -> {
          switch (f) {
            case 1 -> numbers[0] = i.readInt64();
            case 2 -> add(recent, nested(i, EpochCodec::id));
            case 3 -> numbers[1] = i.readInt32();
            case 4 -> numbers[2] = i.readInt32();
            default -> {
              return false;
            }
          }
          return true;
        });
    return new Highest(numbers[0], recent, (int) numbers[1], (int) numbers[2]);
  }

  private static void answer(CodedOutputStream out, Answer m) throws IOException {
    write(out, 1, b -> EpochCodec.id(b, m.asked()));
    if (m.epoch().isPresent()) {
      write(out, 2, b -> EpochCodec.epoch(b, m.epoch().get()));
    }
  }

  private static Answer answer(CodedInputStream in) throws IOException {
    Box<EpochId> asked = new Box<>();
    Box<Epoch> epoch = new Box<>();
    read(
        in,
        (f, i) -> {
          switch (f) {
            case 1 -> asked.value = nested(i, EpochCodec::id);
            case 2 -> epoch.value = nested(i, EpochCodec::epoch);
            default -> {
              return false;
            }
          }
          return true;
        });
    return new Answer(asked.require("answer.asked"), Optional.ofNullable(epoch.value));
  }

  private static void stamp(CodedOutputStream out, Stamp m) throws IOException {
    out.writeInt64(1, m.nanos());
    write(out, 2, b -> EpochCodec.id(b, m.newest()));
    out.writeInt64(3, m.sums());
    write(out, 4, b -> EpochCodec.id(b, m.upTo()));
    EpochCodec.order(out, 5, m.unfinished());
  }

  private static Stamp stamp(CodedInputStream in) throws IOException {
    long[] numbers = new long[7]; // by field number
    Box<EpochId> newest = new Box<>(EpochId.NONE);
    Box<EpochId> upTo = new Box<>(EpochId.NONE);
    read(
        in,
        (f, i) -> {
          switch (f) {
            case 1, 3, 5, 6 -> numbers[f] = i.readInt64();
            case 2 -> newest.value = nested(i, EpochCodec::id);
            case 4 -> upTo.value = nested(i, EpochCodec::id);
            default -> {
              return false;
            }
          }
          return true;
        });
    return new Stamp(
        numbers[1],
        newest.require("stamp.newest"),
        numbers[3],
        upTo.require("stamp.upTo"),
        new EpochOrder(numbers[5], numbers[6]));
  }

  private static void echo(CodedOutputStream out, Echo m) throws IOException {
    out.writeInt64(1, m.nanos());
    EpochCodec.order(out, 2, m.newest());
  }

  private static Echo echo(CodedInputStream in) throws IOException {
    long[] numbers = new long[4]; // by field number
    read(
        in,
        (f, i) -> {
          if (f < 1 || f > 3) {
            return false;
          }
          numbers[f] = i.readInt64();
          return true;
        });
    return new Echo(numbers[1], new EpochOrder(numbers[2], numbers[3]));
  }

  private static void sums(CodedOutputStream out, Sums m) throws IOException {
    out.writeInt64(1, m.version());
    for (Completion c : m.completions()) {
      write(out, 2, b -> EpochCodec.completion(b, c));
    }
  }

  private static Sums sums(CodedInputStream in) throws IOException {
    long[] version = {0};
    List<Completion> completions = new ArrayList<>();
    read(
        in,
        (f, i) -> {
          switch (f) {
            case 1 -> version[0] = i.readInt64();
            case 2 -> add(completions, nested(i, EpochCodec::completion));
            default -> {
              return false;
            }
          }
          return true;
        });
    return new Sums(version[0], completions);
  }

  private static void confirm(CodedOutputStream out, Confirm m) throws IOException {
    write(out, 1, b -> EpochCodec.id(b, m.epoch()));
    if (!m.inUse()) {
      out.writeBool(2, true);
    }
  }

  private static Confirm confirm(CodedInputStream in) throws IOException {
    Box<EpochId> id = new Box<>();
    boolean[] onlyReceived = {false};
    FieldReader idField = id.field(1, EpochCodec::id);
    read(
        in,
        (f, i) -> {
          if (f != 2) {
            return idField.read(f, i);
          }
          onlyReceived[0] = i.readBool();
          return true;
        });
    return new Confirm(id.require("epoch id"), !onlyReceived[0]);
  }
}
