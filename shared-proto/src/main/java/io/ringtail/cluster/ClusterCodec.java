package io.ringtail.cluster;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import io.ringtail.cluster.ClusterMessage.Announce;
import io.ringtail.cluster.ClusterMessage.Answer;
import io.ringtail.cluster.ClusterMessage.AskEpoch;
import io.ringtail.cluster.ClusterMessage.AskHighest;
import io.ringtail.cluster.ClusterMessage.Confirm;
import io.ringtail.cluster.ClusterMessage.Drained;
import io.ringtail.cluster.ClusterMessage.Echo;
import io.ringtail.cluster.ClusterMessage.Fence;
import io.ringtail.cluster.ClusterMessage.Highest;
import io.ringtail.cluster.ClusterMessage.Published;
import io.ringtail.cluster.ClusterMessage.Stamp;
import io.ringtail.cluster.ClusterMessage.Sums;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Cluster messages as protobuf bytes, written by hand. Field 1 is the version of the format; the
 * message itself stands under one of the fields 2 to {@value #LAST_MESSAGE}. Unknown fields are
 * passed over, and so are messages under unknown fields, so that an older node lives with a newer
 * one. Threads: any.
 *
 * <p>More than 300 lines, because writer and reader of a record are better read side by side.
 */
final class ClusterCodec {
  static final int VERSION = 1;
  private static final int LAST_MESSAGE = 13;

  /**
   * Each nested record has one: the 4 KiB it would be by default are mostly cleared for nothing.
   */
  private static final int BUFFER_BYTES = 128;

  private static final int MAX_ELEMENTS = 100_000;

  private ClusterCodec() {}

  private interface Body {
    void writeTo(CodedOutputStream out) throws IOException;
  }

  private interface FieldReader {
    /** Reads the field of this number, or leaves it for {@code skipField} and returns false. */
    boolean read(int field, CodedInputStream in) throws IOException;
  }

  static byte[] encode(ClusterMessage message) {
    return bytes(
        out -> {
          out.writeUInt32(1, VERSION);
          if (message instanceof Announce m) {
            write(out, 2, o -> write(o, 1, b -> member(b, m.self())));
          } else if (message instanceof Published m) {
            write(out, 3, o -> write(o, 1, b -> epoch(b, m.epoch())));
          } else if (message instanceof Confirm m) {
            write(out, 4, o -> confirm(o, m));
          } else if (message instanceof AskHighest m) {
            write(out, 5, o -> o.writeInt64(1, m.viewId()));
          } else if (message instanceof Highest m) {
            write(out, 6, o -> highest(o, m));
          } else if (message instanceof AskEpoch m) {
            write(out, 7, o -> write(o, 1, b -> id(b, m.epoch())));
          } else if (message instanceof Answer m) {
            write(out, 8, o -> answer(o, m));
          } else if (message instanceof Drained) {
            write(out, 9, o -> {});
          } else if (message instanceof Fence m) {
            write(out, 10, o -> write(o, 1, b -> member(b, m.newer())));
          } else if (message instanceof Stamp m) {
            write(out, 11, o -> stamp(o, m));
          } else if (message instanceof Echo m) {
            write(out, 12, o -> o.writeInt64(1, m.nanos()));
          } else if (message instanceof Sums m) {
            write(out, 13, o -> sums(o, m));
          } else {
            throw new AssertionError(message);
          }
        });
  }

  /**
   * @return empty for a message only newer nodes know
   * @throws InvalidProtocolBufferException if the bytes are no such message
   */
  static Optional<ClusterMessage> decode(byte[] bytes, int from, int length)
      throws InvalidProtocolBufferException {
    try {
      CodedInputStream in = CodedInputStream.newInstance(bytes, from, length);
      Box<ClusterMessage> message = new Box<>();
      read(
          in,
          (field, i) -> {
            if (field < 2 || field > LAST_MESSAGE) {
              return false;
            }
            message.value = nested(i, body -> body(field, body));
            return true;
          });
      return Optional.ofNullable(message.value);
    } catch (InvalidProtocolBufferException e) {
      throw e;
    } catch (IOException e) {
      throw new InvalidProtocolBufferException(e);
    }
  }

  private static ClusterMessage body(int field, CodedInputStream in) throws IOException {
    return switch (field) {
      case 2 -> new Announce(onlyMember(in));
      case 3 -> new Published(onlyEpoch(in));
      case 4 -> confirm(in);
      case 5 -> new AskHighest(onlyNumber(in));
      case 6 -> highest(in);
      case 7 -> new AskEpoch(onlyId(in));
      case 8 -> answer(in);
      case 9 -> {
        read(in, (f, i) -> false);
        yield new Drained();
      }
      case 10 -> new Fence(onlyMember(in));
      case 11 -> stamp(in);
      case 12 -> new Echo(onlyNumber(in));
      case 13 -> sums(in);
      default -> throw new AssertionError(field);
    };
  }

  // ---- messages

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
      write(out, 2, b -> id(b, id));
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
            case 2 -> add(recent, nested(i, ClusterCodec::id));
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
    write(out, 1, b -> id(b, m.asked()));
    if (m.epoch().isPresent()) {
      write(out, 2, b -> epoch(b, m.epoch().get()));
    }
  }

  private static Answer answer(CodedInputStream in) throws IOException {
    Box<EpochId> asked = new Box<>();
    Box<Epoch> epoch = new Box<>();
    read(
        in,
        (f, i) -> {
          switch (f) {
            case 1 -> asked.value = nested(i, ClusterCodec::id);
            case 2 -> epoch.value = nested(i, ClusterCodec::epoch);
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
    write(out, 2, b -> id(b, m.newest()));
    out.writeInt64(3, m.sums());
    write(out, 4, b -> id(b, m.upTo()));
    order(out, 5, m.unfinished());
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
            case 2 -> newest.value = nested(i, ClusterCodec::id);
            case 4 -> upTo.value = nested(i, ClusterCodec::id);
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

  private static void sums(CodedOutputStream out, Sums m) throws IOException {
    out.writeInt64(1, m.version());
    for (Completion c : m.completions()) {
      write(out, 2, b -> completion(b, c));
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
            case 2 -> add(completions, nested(i, ClusterCodec::completion));
            default -> {
              return false;
            }
          }
          return true;
        });
    return new Sums(version[0], completions);
  }

  private static Member onlyMember(CodedInputStream in) throws IOException {
    Box<Member> only = new Box<>();
    read(in, only.field(1, ClusterCodec::member));
    return only.require("member");
  }

  private static Epoch onlyEpoch(CodedInputStream in) throws IOException {
    Box<Epoch> only = new Box<>();
    read(in, only.field(1, ClusterCodec::epoch));
    return only.require("epoch");
  }

  private static void confirm(CodedOutputStream out, Confirm m) throws IOException {
    write(out, 1, b -> id(b, m.epoch()));
    if (!m.inUse()) {
      out.writeBool(2, true);
    }
  }

  private static Confirm confirm(CodedInputStream in) throws IOException {
    Box<EpochId> id = new Box<>();
    boolean[] onlyReceived = {false};
    FieldReader idField = id.field(1, ClusterCodec::id);
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

  private static EpochId onlyId(CodedInputStream in) throws IOException {
    Box<EpochId> only = new Box<>();
    read(in, only.field(1, ClusterCodec::id));
    return only.require("epoch id");
  }

  // ---- records

  private static void completion(CodedOutputStream out, Completion c) throws IOException {
    out.writeFixed64(1, c.samplerBits());
    order(out, 2, c.upTo());
    order(out, 4, c.unfinished());
  }

  private static Completion completion(CodedInputStream in) throws IOException {
    long[] numbers = new long[6]; // by field number
    read(
        in,
        (f, i) -> {
          switch (f) {
            case 1 -> numbers[f] = i.readFixed64();
            case 2, 3, 4, 5 -> numbers[f] = i.readInt64();
            default -> {
              return false;
            }
          }
          return true;
        });
    return new Completion(
        numbers[1], new EpochOrder(numbers[2], numbers[3]), new EpochOrder(numbers[4], numbers[5]));
  }

  private static void id(CodedOutputStream out, EpochId id) throws IOException {
    order(out, 1, id.order());
    out.writeString(3, id.coordinator());
  }

  private static EpochId id(CodedInputStream in) throws IOException {
    long[] order = new long[2];
    Box<String> coordinator = new Box<>("");
    read(
        in,
        (f, i) -> {
          switch (f) {
            case 1, 2 -> order[f - 1] = i.readInt64();
            case 3 -> coordinator.value = i.readStringRequireUtf8();
            default -> {
              return false;
            }
          }
          return true;
        });
    return new EpochId(new EpochOrder(order[0], order[1]), coordinator.require("coordinator"));
  }

  private static void epoch(CodedOutputStream out, Epoch e) throws IOException {
    order(out, 1, e.order());
    out.writeString(3, e.coordinator());
    out.writeFixed64(4, e.tableChecksum());
    order(out, 5, e.predecessor());
    out.writeString(7, e.predecessorCoordinator());
    members(out, 8, e.members());
    members(out, 9, e.lost());
    members(out, 10, e.predecessorMembers());
  }

  private static Epoch epoch(CodedInputStream in) throws IOException {
    long[] numbers = new long[7]; // by field number
    String[] names = {"", ""};
    List<List<Member>> members = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    read(
        in,
        (f, i) -> {
          switch (f) {
            case 1, 2, 5, 6 -> numbers[f] = i.readInt64();
            case 3 -> names[0] = i.readStringRequireUtf8();
            case 4 -> numbers[f] = i.readFixed64();
            case 7 -> names[1] = i.readStringRequireUtf8();
            case 8, 9, 10 -> add(members.get(f - 8), nested(i, ClusterCodec::member));
            default -> {
              return false;
            }
          }
          return true;
        });
    return new Epoch(
        new EpochOrder(numbers[1], numbers[2]),
        names[0],
        members.get(0),
        numbers[4],
        new EpochOrder(numbers[5], numbers[6]),
        members.get(1),
        names[1],
        members.get(2));
  }

  private static void member(CodedOutputStream out, Member m) throws IOException {
    order(out, 1, m.incarnation().order());
    out.writeFixed64(3, m.incarnation().bits());
    out.writeString(4, m.nodeId());
    out.writeInt32(5, wire(m.role()));
    out.writeInt32(6, wire(m.state()));
    out.writeInt32(7, m.weight());
    out.writeString(8, m.linkAddress());
    out.writeString(9, m.adminAddress());
    out.writeString(10, m.zone());
    out.writeInt32(11, m.protocolVersion());
  }

  private static Member member(CodedInputStream in) throws IOException {
    long[] numbers = new long[12]; // by field number
    String[] texts = {"", "", "", "", "", "", "", "", "", "", ""}; // by field number
    read(
        in,
        (f, i) -> {
          switch (f) {
            case 1, 2 -> numbers[f] = i.readInt64();
            case 3 -> numbers[f] = i.readFixed64();
            case 5, 6, 7, 11 -> numbers[f] = i.readInt32();
            case 4, 8, 9, 10 -> texts[f] = i.readStringRequireUtf8();
            default -> {
              return false;
            }
          }
          return true;
        });
    return new Member(
        texts[4],
        new Incarnation(new EpochOrder(numbers[1], numbers[2]), numbers[3]),
        role(numbers[5]),
        state(numbers[6]),
        (int) numbers[7],
        texts[8],
        texts[9],
        texts[10],
        (int) numbers[11]);
  }

  private static void order(CodedOutputStream out, int field, EpochOrder order) throws IOException {
    out.writeInt64(field, order.viewId());
    out.writeInt64(field + 1, order.number());
  }

  private static void members(CodedOutputStream out, int field, List<Member> members)
      throws IOException {
    for (Member m : members) {
      write(out, field, b -> member(b, m));
    }
  }

  private static int wire(Member.Role role) {
    return switch (role) {
      case ROUTER -> 0;
      case SAMPLER -> 1;
    };
  }

  private static Member.Role role(long wire) throws InvalidProtocolBufferException {
    return switch ((int) wire) {
      case 0 -> Member.Role.ROUTER;
      case 1 -> Member.Role.SAMPLER;
      default -> throw new InvalidProtocolBufferException("role: " + wire + " (expected 0 or 1)");
    };
  }

  private static int wire(Member.State state) {
    return switch (state) {
      case JOINING -> 0;
      case ACTIVE -> 1;
      case DRAINING -> 2;
    };
  }

  private static Member.State state(long wire) throws InvalidProtocolBufferException {
    return switch ((int) wire) {
      case 0 -> Member.State.JOINING;
      case 1 -> Member.State.ACTIVE;
      case 2 -> Member.State.DRAINING;
      default -> throw new InvalidProtocolBufferException("state: " + wire + " (expected 0 to 2)");
    };
  }

  // ---- wire

  private static byte[] bytes(Body body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes, BUFFER_BYTES);
    try {
      body.writeTo(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void write(CodedOutputStream out, int field, Body body) throws IOException {
    out.writeByteArray(field, bytes(body));
  }

  private static void read(CodedInputStream in, FieldReader fields) throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (!fields.read(WireFormat.getTagFieldNumber(tag), in)) {
        in.skipField(tag);
      }
    }
  }

  private interface Reader<T> {
    T read(CodedInputStream in) throws IOException;
  }

  private static <T> T nested(CodedInputStream in, Reader<T> reader) throws IOException {
    int outer = in.pushLimit(in.readRawVarint32());
    T value = reader.read(in);
    in.checkLastTagWas(0);
    in.popLimit(outer);
    return value;
  }

  private static <T> void add(List<T> list, T value) throws InvalidProtocolBufferException {
    if (list.size() >= MAX_ELEMENTS) {
      throw new InvalidProtocolBufferException("more than " + MAX_ELEMENTS + " elements");
    }
    list.add(value);
  }

  /** A value that a lambda sets. */
  private static final class Box<T> {
    @Nullable T value;

    Box() {}

    Box(T initial) {
      value = initial;
    }

    FieldReader field(int number, Reader<T> reader) {
      return (f, i) -> {
        if (f != number) {
          return false;
        }
        value = nested(i, reader);
        return true;
      };
    }

    T require(String what) throws InvalidProtocolBufferException {
      if (value == null) {
        throw new InvalidProtocolBufferException(what + " is missing");
      }
      return value;
    }
  }
}
