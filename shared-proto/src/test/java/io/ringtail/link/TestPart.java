package io.ringtail.link;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/** A part made by hand. */
final class TestPart implements PartView {
  private record Group(Header context, Header resource, Header scope, int start, int end) {}

  private final List<Group> groups = new ArrayList<>();
  private final ByteArrayOutputStream spans = new ByteArrayOutputStream();
  private final long seq;
  long firstSeq;
  boolean replay;
  long ageMillis;

  TestPart(long seq) {
    this.seq = seq;
    spans.write(99); // the spans of a part need not begin at 0
  }

  TestPart group(Header context, Header resource, Header scope, byte[] spanFields) {
    int start = spans.size();
    spans.writeBytes(spanFields);
    groups.add(new Group(context, resource, scope, start, spans.size()));
    return this;
  }

  @Override
  public long seq() {
    return seq;
  }

  @Override
  public long firstSeq() {
    return firstSeq;
  }

  @Override
  public long epochViewId() {
    return 7;
  }

  @Override
  public long epochNumber() {
    return 1_000_000_007L;
  }

  @Override
  public boolean replay() {
    return replay;
  }

  @Override
  public long ageMillis() {
    return ageMillis;
  }

  @Override
  public int groupCount() {
    return groups.size();
  }

  @Override
  public Header context(int group) {
    return groups.get(group).context;
  }

  @Override
  public Header resource(int group) {
    return groups.get(group).resource;
  }

  @Override
  public Header scope(int group) {
    return groups.get(group).scope;
  }

  @Override
  public byte[] array() {
    return spans.toByteArray();
  }

  @Override
  public int spansStart(int group) {
    return groups.get(group).start;
  }

  @Override
  public int spansEnd(int group) {
    return groups.get(group).end;
  }
}
