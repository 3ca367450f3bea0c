package io.ringtail.cluster.word;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What one member sends to others: bytes, and of what kind they are. As protobuf: field 1 is the
 * version of the format, the body stands under the field of its kind's number. So an older node
 * passes over the kinds only newer ones know. Kinds {@value ClusterCodec#FIRST_KIND} to {@value
 * ClusterCodec#LAST_KIND} are {@link ClusterMessage}s.
 *
 * @param kind above 1
 */
public record GroupWord(int kind, byte[] body) {
  static final int VERSION = 1;

  public byte[] toBytes() {
    return WireRecords.bytes(
        out -> {
          out.writeUInt32(1, VERSION);
          out.writeByteArray(kind, body);
        });
  }

  /**
   * @return in their order, as a rule one
   * @throws InvalidProtocolBufferException if the bytes are no words
   */
  public static List<GroupWord> read(byte[] bytes, int from, int length)
      throws InvalidProtocolBufferException {
    List<GroupWord> words = new ArrayList<>(1);
    try {
      CodedInputStream in = CodedInputStream.newInstance(bytes, from, length);
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        int field = WireFormat.getTagFieldNumber(tag);
        boolean nested = WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
        if (nested && field > 1) {
          words.add(new GroupWord(field, in.readByteArray()));
        } else {
          in.skipField(tag);
        }
      }
    } catch (InvalidProtocolBufferException e) {
      throw e;
    } catch (IOException e) {
      throw new InvalidProtocolBufferException(e);
    }
    return words;
  }
}
