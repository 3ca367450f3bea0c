package io.ringtail.sampler.intake;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Header;
import io.ringtail.link.PartView;
import io.ringtail.trace.TraceId;
import java.io.ByteArrayOutputStream;
import java.util.HexFormat;

/**
 * A part of one group.
 *
 * @param array its span fields
 */
record TestPart(long seq, EpochOrder epoch, byte[] array) implements PartView {
  private static final Header RESOURCE = new Header(new byte[] {0x0a, 0});

  static TestPart of(long seq, EpochOrder epoch, TraceId... ids) {
    ByteArrayOutputStream spans = new ByteArrayOutputStream();
    for (TraceId id : ids) {
      byte[] raw = HexFormat.of().parseHex(id.toString());
      spans.writeBytes(new byte[] {0x12, 28, 0x0a, 16});
      spans.writeBytes(raw);
      spans.writeBytes(new byte[] {0x12, 8});
      spans.write(raw, 0, 8);
    }
    return new TestPart(seq, epoch, spans.toByteArray());
  }

  static TestPart of(long seq, EpochOrder epoch, byte[] spanFields) {
    return new TestPart(seq, epoch, spanFields);
  }

  @Override
  public long firstSeq() {
    return 0;
  }

  @Override
  public long epochViewId() {
    return epoch.viewId();
  }

  @Override
  public long epochNumber() {
    return epoch.number();
  }

  @Override
  public boolean replay() {
    return false;
  }

  @Override
  public long ageMillis() {
    return 0;
  }

  @Override
  public int groupCount() {
    return 1;
  }

  @Override
  public Header context(int group) {
    return Header.EMPTY;
  }

  @Override
  public Header resource(int group) {
    return RESOURCE;
  }

  @Override
  public Header scope(int group) {
    return Header.EMPTY;
  }

  @Override
  public int spansStart(int group) {
    return 0;
  }

  @Override
  public int spansEnd(int group) {
    return array.length;
  }
}
