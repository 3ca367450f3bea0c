package io.ringtail.cluster.word;

import static io.ringtail.cluster.word.WireRecords.add;
import static io.ringtail.cluster.word.WireRecords.nested;
import static io.ringtail.cluster.word.WireRecords.read;
import static io.ringtail.cluster.word.WireRecords.write;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import io.ringtail.cluster.Completion;
import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochId;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.cluster.Member;
import io.ringtail.cluster.word.WireRecords.Box;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What cluster messages speak of, as protobuf: members, epochs, their ids, completions. Writer and
 * reader of a record stand side by side. Unknown fields are passed over. Threads: any.
 */
final class EpochCodec {
  private EpochCodec() {}

  static void completion(CodedOutputStream out, Completion c) throws IOException {
    out.writeFixed64(1, c.samplerBits());
    order(out, 2, c.upTo());
    order(out, 4, c.unfinished());
  }

  static Completion completion(CodedInputStream in) throws IOException {
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

  static void id(CodedOutputStream out, EpochId id) throws IOException {
    order(out, 1, id.order());
    out.writeString(3, id.coordinator());
  }

  static EpochId id(CodedInputStream in) throws IOException {
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

  static void epoch(CodedOutputStream out, Epoch e) throws IOException {
    order(out, 1, e.order());
    out.writeString(3, e.coordinator());
    out.writeFixed64(4, e.tableChecksum());
    order(out, 5, e.predecessor());
    out.writeString(7, e.predecessorCoordinator());
    members(out, 8, e.members());
    members(out, 9, e.lost());
    members(out, 10, e.predecessorMembers());
  }

  static Epoch epoch(CodedInputStream in) throws IOException {
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
            case 8, 9, 10 -> add(members.get(f - 8), nested(i, EpochCodec::member));
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

  static void member(CodedOutputStream out, Member m) throws IOException {
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

  static Member member(CodedInputStream in) throws IOException {
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

  static void order(CodedOutputStream out, int field, EpochOrder order) throws IOException {
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
}
