package io.ringtail.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.link.LinkReader.Frame;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.refusal.Refusal;
import io.ringtail.ring.SlotSet;
import io.ringtail.trace.TraceHash;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LinkCodecTest {
  private static final Peer ROUTER =
      new Peer("router-0", new Incarnation(new EpochOrder(3, 9), -5));
  private static final Peer SAMPLER = new Peer("sampler-1", new Incarnation(EpochOrder.NONE, 77));
  private static final EpochOrder EPOCH = new EpochOrder(4, 12);

  private final LinkWriter writer = new LinkWriter(DictionaryLimits.DEFAULT);
  private final LinkReader reader = new LinkReader(DictionaryLimits.DEFAULT);

  @Test
  void hello_everyField_readsBack() throws Exception {
    Hello hello = new Hello(1, 3, ROUTER, SAMPLER, 42);
    assertThat(open(hello.toMessage())).isEqualTo(Frame.HELLO);
    assertThat(reader.hello()).isEqualTo(hello);
    assertThat(reader.next()).isEqualTo(Frame.END);
  }

  @Test
  void parts_manyInOneMessage_readBackInOrderWithTheirSpanBytes() throws Exception {
    Header tenant = header("tenant", 10);
    Header resource = header("resource", 300);
    Header scope = header("scope", 40);
    TestPart first =
        new TestPart(1)
            .group(tenant, resource, scope, spans(1, 200))
            .group(Header.EMPTY, resource, Header.EMPTY, spans(2, 1));
    TestPart second = new TestPart(2).group(tenant, resource, scope, spans(3, 70_000));
    second.firstSeq = 1;
    second.replay = true;
    second.ageMillis = 12_345;
    writer.add(first);
    writer.add(second);
    writer.progress(new Progress(2, 1, EPOCH));
    int size = writer.size();
    LinkMessage message = writer.finish();
    assertThat(message.available()).isEqualTo(size);
    assertThat(open(message)).isEqualTo(Frame.PART);
    assertSame(reader.part(), first);
    assertThat(reader.next()).isEqualTo(Frame.PART);
    assertSame(reader.part(), second);
    assertThat(reader.next()).isEqualTo(Frame.PROGRESS);
    assertThat(reader.progress()).isEqualTo(new Progress(2, 1, EPOCH));
    assertThat(reader.next()).isEqualTo(Frame.END);
    assertThat(writer.dictionaryDefinitions()).isEqualTo(3);
    assertThat(writer.dictionaryHits()).isEqualTo(4);
  }

  @Test
  void progress_ofARouterThatSaysNoEpoch_hasNone() throws Exception {
    writer.progress(new Progress(2, 1, EpochOrder.NONE));
    byte[] bytes = writer.finish().readAllBytes();
    assertThat(bytes).hasSize(6); // as it was before there was such a field
    reader.reset(bytes, 0, bytes.length);
    assertThat(reader.next()).isEqualTo(Frame.PROGRESS);
    assertThat(reader.progress()).isEqualTo(new Progress(2, 1, EpochOrder.NONE));
  }

  @Test
  void header_overTheLimit_crossesOncePerPartAndIsNotKept() throws Exception {
    Header large = header("large", DictionaryLimits.DEFAULT.maxHeaderBytes() + 1);
    for (int seq = 1; seq <= 2; seq++) {
      TestPart part = new TestPart(seq);
      for (int group = 0; group < 5; group++) {
        part.group(Header.EMPTY, large, header("scope" + group, 20), spans(group, 30));
      }
      writer.add(part);
      assertThat(writer.size()).isBetween(large.size(), large.size() + 1000);
      assertThat(open(writer.finish())).isEqualTo(Frame.PART);
      assertSame(reader.part(), part);
    }
  }

  @Test
  void dictionary_moreHeadersThanItHolds_redefinesTheLeastRecentlyUsed() throws Exception {
    DictionaryLimits small = new DictionaryLimits(7, 1000, 200);
    LinkWriter smallWriter = new LinkWriter(small);
    LinkReader smallReader = new LinkReader(small);
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    for (int seq = 1; seq <= 2000; seq++) {
      TestPart part = new TestPart(seq);
      for (int group = random.nextInt(6); group >= 0; group--) {
        int which = random.nextInt(random.nextBoolean() ? 6 : 40);
        part.group(
            random.nextBoolean() ? Header.EMPTY : header("c", 9),
            header("r" + which, 1 + which * 7),
            header("s" + which % 3, 30),
            spans(which, 1 + random.nextInt(50)));
      }
      smallWriter.add(part);
      byte[] bytes = smallWriter.finish().readAllBytes();
      smallReader.reset(bytes, 0, bytes.length);
      assertThat(smallReader.next()).isEqualTo(Frame.PART);
      assertSame(smallReader.part(), part);
      assertThat(smallReader.next()).isEqualTo(Frame.END);
    }
    assertThat(smallWriter.dictionaryHits()).isPositive();
  }

  @Test
  void dictionary_off_stillCarriesEveryHeader() throws Exception {
    LinkWriter plain = new LinkWriter(DictionaryLimits.NONE);
    LinkReader plainReader = new LinkReader(DictionaryLimits.NONE);
    TestPart part =
        new TestPart(1).group(header("c", 9), header("r", 100), header("s", 10), spans(1, 10));
    plain.add(part);
    byte[] bytes = plain.finish().readAllBytes();
    plainReader.reset(bytes, 0, bytes.length);
    assertThat(plainReader.next()).isEqualTo(Frame.PART);
    assertSame(plainReader.part(), part);
  }

  @Test
  void reader_unknownFieldsAnywhere_ignoresThem() throws Exception {
    WireWriter group = new WireWriter(16);
    group.field(99 << 3, 5);
    group.bytesField(LinkFields.GROUP_SPANS, new byte[] {18, 0});
    WireWriter part = new WireWriter(16);
    part.bytesField(50 << 3 | 2, new byte[300]);
    part.messageField(LinkFields.PART_GROUP, group);
    part.field(LinkFields.PART_SEQ, 8);
    part.presentField(51 << 3 | 1, 3);
    WireWriter message = new WireWriter(16);
    message.bytesField(60 << 3 | 2, new byte[10]);
    message.messageField(LinkFields.ROUTER_PART, part);
    message.field(61 << 3, 1);
    byte[] bytes = message.toByteArray();
    reader.reset(bytes, 0, bytes.length);
    assertThat(reader.next()).isEqualTo(Frame.PART);
    assertThat(reader.part().seq()).isEqualTo(8);
    assertThat(reader.part().groupCount()).isEqualTo(1);
    assertThat(reader.next()).isEqualTo(Frame.END);

    WireWriter frame = new WireWriter(16);
    frame.bytesField(70 << 3 | 2, new byte[10]);
    frame.field(LinkFields.SAMPLER_ACK, 5);
    SamplerFrame read = SamplerFrame.read(frame.toByteArray(), 0, frame.size());
    assertThat(read.acks()).containsExactly(5);
  }

  @Test
  void reader_truncatedOrFlippedBytes_neverFailsOtherwiseThanMalformed() throws Exception {
    writer.add(
        new TestPart(1)
            .group(header("c", 9), header("r", 100), header("s", 10), spans(1, 60))
            .group(header("c", 9), header("q", 100), header("s", 10), spans(1, 60)));
    writer.progress(new Progress(300, 1, EPOCH));
    byte[] bytes = writer.finish().readAllBytes();
    for (int end = 0; end < bytes.length; end++) {
      walk(bytes, end);
    }
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      byte[] flipped = bytes.clone();
      for (int n = random.nextInt(3); n >= 0; n--) {
        flipped[random.nextInt(flipped.length)] = (byte) random.nextInt();
      }
      walk(flipped, flipped.length);
    }
  }

  @Test
  void writer_afterAVeryLargeHeader_givesItsMemoryBack() {
    WireWriter out = new WireWriter(16);
    out.bytesField(LinkFields.PART_LOCAL, new byte[1 << 20]);
    out.clear();
    assertThat(out.array().length).isLessThan(1 << 20);
    out.bytesField(LinkFields.PART_LOCAL, new byte[1 << 20]);
    assertThat(out.size()).isGreaterThan(1 << 20);
  }

  @Test
  void reader_undefinedOrForbiddenSlot_isMalformed() {
    for (int slot : new int[] {1, 4096, 4097, 1 << 20}) {
      WireWriter group = new WireWriter(16);
      group.field(LinkFields.GROUP_RESOURCE, slot);
      group.bytesField(LinkFields.GROUP_SPANS, new byte[] {18, 0});
      WireWriter part = new WireWriter(16);
      part.field(LinkFields.PART_SEQ, 8);
      part.messageField(LinkFields.PART_GROUP, group);
      WireWriter message = new WireWriter(16);
      message.messageField(LinkFields.ROUTER_PART, part);
      reader.reset(message.array(), 0, message.size());
      assertThatThrownBy(reader::next).isInstanceOf(MalformedWireException.class);
    }
  }

  @Test
  void samplerFrame_everyField_readsBack() throws Exception {
    Welcome welcome = new Welcome(1, SAMPLER, DictionaryLimits.DEFAULT);
    SamplerFrame frame =
        new SamplerFrame(
            welcome,
            new long[] {1, 300, 1L << 40},
            List.of(
                Refused.notOwner(4, EPOCH, "slot 5 is not mine"),
                new Refused(5, EPOCH, new Refusal.Busy("full", Duration.ofMillis(250))),
                new Refused(6, EPOCH, new Refusal.NotReady("starting", Duration.ofSeconds(1))),
                new Refused(7, EPOCH, new Refusal.Malformed("span 3")),
                new Refused(8, EPOCH, new Refusal.TooLarge("65 MiB"))),
            List.of(
                new SamplerWord.Lowering(9, 1L << 50),
                new SamplerWord.Question(10, SlotSet.of(0, 1, 127, 128, 70_000, 262_143), EPOCH),
                new SamplerWord.NeedsNothing("sampler-2", new Incarnation(EPOCH, -77), EPOCH),
                new SamplerWord.AskHas(),
                new SamplerWord.Empty()),
            new Mark(299, EPOCH),
            new Farewell(Farewell.Reason.FENCED, "attempt 3"));
    byte[] bytes = frame.toMessage().readAllBytes();
    SamplerFrame read = SamplerFrame.read(bytes, 0, bytes.length);
    assertThat(read.acks()).containsExactly(1, 300, 1L << 40);
    assertThat(read)
        .usingRecursiveComparison()
        .withEqualsForType(SlotSet::equals, SlotSet.class) // counts itself when it is asked
        .isEqualTo(frame);
  }

  @Test
  void samplerFrame_wordOfALaterVersion_isLeftOut() throws Exception {
    WireWriter later = new WireWriter(16);
    later.bytesField(90 << 3 | 2, new byte[4]);
    WireWriter out = new WireWriter(16);
    out.messageField(LinkFields.SAMPLER_WORD, later);
    SamplerWords.write(new SamplerWord.AskHas(), out);
    SamplerFrame read = SamplerFrame.read(out.array(), 0, out.size());
    assertThat(read.words()).containsExactly(new SamplerWord.AskHas());
  }

  @Test
  void samplerFrame_withMoreWordsThanAllowed_isMalformed() {
    WireWriter out = new WireWriter(16);
    for (int i = 0; i <= SamplerFrame.MAX_WORDS; i++) {
      SamplerWords.write(new SamplerWord.Question(i, SlotSet.of(TraceHash.SLOTS - 1), EPOCH), out);
    }
    assertThatThrownBy(() -> SamplerFrame.read(out.array(), 0, out.size()))
        .isInstanceOf(MalformedWireException.class)
        .hasMessageContaining("words");
  }

  @Test
  void routerWords_amongParts_readBackInOrderAndLaterOnesAreSkipped() throws Exception {
    List<RouterWord> words =
        List.of(
            new RouterWord.Lowered(3),
            new RouterWord.Replayed(1L << 40),
            new RouterWord.Has(true),
            new RouterWord.Has(false));
    writer.add(new TestPart(1).group(Header.EMPTY, Header.EMPTY, Header.EMPTY, spans(1, 9)));
    words.forEach(writer::word);
    writer.progress(new Progress(2, 1, EPOCH));
    WireWriter later = new WireWriter(16);
    later.bytesField(LinkFields.ROUTER_WORD, new byte[] {15 << 3, 1});
    byte[] known = writer.finish().readAllBytes();
    byte[] bytes = Arrays.copyOf(later.toByteArray(), later.size() + known.length);
    System.arraycopy(known, 0, bytes, later.size(), known.length);
    reader.reset(bytes, 0, bytes.length);
    assertThat(reader.next()).isEqualTo(Frame.PART);
    for (RouterWord word : words) {
      assertThat(reader.next()).isEqualTo(Frame.WORD);
      assertThat(reader.word()).isEqualTo(word);
    }
    assertThat(reader.next()).isEqualTo(Frame.PROGRESS);
    assertThat(reader.next()).isEqualTo(Frame.END);
  }

  @Test
  void linkMessage_drainedOrReadByteByByte_givesTheSameBytes() throws Exception {
    TestPart part =
        new TestPart(1).group(header("c", 9), header("r", 100), header("s", 10), spans(1, 999));
    writer.add(part);
    ByteArrayOutputStream drained = new ByteArrayOutputStream();
    LinkMessage message = writer.finish();
    message.read();
    message.drainTo(drained);
    LinkWriter again = new LinkWriter(DictionaryLimits.DEFAULT);
    again.add(part);
    LinkMessage single = again.finish();
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    for (int b = single.read(); b >= 0; b = single.read()) {
      read.write(b);
    }
    assertThat(drained.toByteArray())
        .isEqualTo(Arrays.copyOfRange(read.toByteArray(), 1, read.size()));
    message.close();
    assertThatThrownBy(() -> message.drainTo(drained)).isInstanceOf(IOException.class);
  }

  private Frame open(LinkMessage message) throws Exception {
    byte[] bytes = message.readAllBytes();
    byte[] shifted = new byte[bytes.length + 7];
    System.arraycopy(bytes, 0, shifted, 3, bytes.length);
    reader.reset(shifted, 3, 3 + bytes.length);
    return reader.next();
  }

  private static void walk(byte[] bytes, int end) {
    LinkReader fresh = new LinkReader(DictionaryLimits.DEFAULT);
    fresh.reset(bytes, 0, end);
    try {
      while (fresh.next() != Frame.END) {}
    } catch (MalformedWireException expected) {
      assertThat(expected).hasMessageNotContaining("null");
    }
  }

  private static void assertSame(PartView actual, PartView expected) {
    assertThat(actual.seq()).isEqualTo(expected.seq());
    assertThat(actual.firstSeq()).isEqualTo(expected.firstSeq());
    assertThat(actual.epochViewId()).isEqualTo(expected.epochViewId());
    assertThat(actual.epochNumber()).isEqualTo(expected.epochNumber());
    assertThat(actual.replay()).isEqualTo(expected.replay());
    assertThat(actual.ageMillis()).isEqualTo(expected.ageMillis());
    assertThat(actual.groupCount()).isEqualTo(expected.groupCount());
    for (int i = 0; i < expected.groupCount(); i++) {
      assertThat(actual.context(i)).isEqualTo(expected.context(i));
      assertThat(actual.resource(i)).isEqualTo(expected.resource(i));
      assertThat(actual.scope(i)).isEqualTo(expected.scope(i));
      assertThat(Arrays.copyOfRange(actual.array(), actual.spansStart(i), actual.spansEnd(i)))
          .isEqualTo(
              Arrays.copyOfRange(expected.array(), expected.spansStart(i), expected.spansEnd(i)));
    }
  }

  private static Header header(String name, int size) {
    byte[] bytes = new byte[size];
    new Random(name.hashCode()).nextBytes(bytes);
    return new Header(bytes);
  }

  private static byte[] spans(int seed, int size) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
