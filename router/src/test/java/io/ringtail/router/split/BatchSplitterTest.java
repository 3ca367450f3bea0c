package io.ringtail.router.split;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnknownFieldSet;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.ringtail.link.Header;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.WireReader;
import io.ringtail.router.route.RoutingTable;
import io.ringtail.router.route.Tables;
import io.ringtail.trace.TraceHash;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BatchSplitterTest {
  private static final Header TENANT = new Header(new byte[] {1, 2, 3});

  private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
  private final HeaderTable headers = HeaderTable.ofDefaultSize();
  private final BatchSplitter splitter = new BatchSplitter(headers, allocator);
  private final RoutingTable three = Tables.of(3);
  private final Random random = new Random(4);

  @AfterEach
  void nothingLeaks() {
    assertThat(allocator.metric().usedHeapMemory()).isZero();
  }

  @Test
  void request_ofManyTraces_reachesEachOwnerWithTheSameBytes() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random seeded = new Random(seed);
    for (int i = 0; i < 50; i++) {
      ExportTraceServiceRequest request =
          Requests.request(
              seeded, seeded.nextInt(200), 100 + seeded.nextInt(500), 1 + seeded.nextInt(9), 300);
      assertSplit(request.toByteArray(), request, Tables.of(new int[] {1, 3, 16}[i % 3]));
    }
  }

  @Test
  void fields_repeatedOutOfOrderAndUnknown_areKept() throws Exception {
    UnknownFieldSet unknown =
        UnknownFieldSet.newBuilder()
            .addField(
                77,
                UnknownFieldSet.Field.newBuilder()
                    .addVarint(300)
                    .addLengthDelimited(ByteString.copyFromUtf8("kept"))
                    .addGroup(UnknownFieldSet.newBuilder().build())
                    .build())
            .build();
    Span span = Requests.span(random, 300).setUnknownFields(unknown).build();
    ByteArrayOutputStream scope = new ByteArrayOutputStream();
    field(scope, 2, span.toByteArray());
    field(scope, 3, "schema".getBytes(StandardCharsets.UTF_8));
    field(scope, 2, span.toBuilder().setSpanId(Requests.bytes(random, 8)).build().toByteArray());
    scope.writeBytes(unknown.toByteArray());
    ByteArrayOutputStream resource = new ByteArrayOutputStream();
    field(resource, 2, scope.toByteArray());
    field(resource, 1, Requests.resource(1, 300).toByteArray());
    resource.writeBytes(unknown.toByteArray());
    field(resource, 2, scope.toByteArray());
    field(resource, 1, Requests.resource(2, 300).toByteArray());
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    field(request, 9, new byte[20]);
    field(request, 1, resource.toByteArray());
    byte[] body = request.toByteArray();
    ExportTraceServiceRequest parsed =
        ExportTraceServiceRequest.parseFrom(body).toBuilder()
            .setUnknownFields(UnknownFieldSet.getDefaultInstance())
            .build();
    assertSplit(body, parsed, three);
    assertSplit(body, parsed, Tables.of(1));
  }

  @Test
  void ids_wrong_rejectThatSpanAlone() throws Exception {
    ByteString zero16 = ByteString.copyFrom(new byte[16]);
    List<Span.Builder> bad =
        List.of(
            Requests.span(random, 200).clearTraceId(),
            Requests.span(random, 200).clearSpanId(),
            Requests.span(random, 200).setTraceId(zero16),
            Requests.span(random, 200).setSpanId(ByteString.copyFrom(new byte[8])),
            Requests.span(random, 200).setTraceId(Requests.bytes(random, 8)),
            Requests.span(random, 200).setTraceId(Requests.bytes(random, 17)),
            Requests.span(random, 200).setTraceId(Requests.bytes(random, 200)),
            Requests.span(random, 200).setSpanId(Requests.bytes(random, 7)));
    ScopeSpans.Builder scope = ScopeSpans.newBuilder();
    bad.forEach(scope::addSpans);
    byte[] onlyBad = request(scope.build()).toByteArray();
    Split none = split(onlyBad, three);
    assertThat(none.parts()).isEmpty();
    assertThat(none.rejectedSpans()).isEqualTo(bad.size());
    scope.addSpans(3, Requests.span(random, 200));
    Split one = split(request(scope.build()).toByteArray(), three);
    assertThat(one.spanCount()).isEqualTo(1);
    assertThat(one.rejectedSpans()).isEqualTo(bad.size());
    one.parts().forEach(Part::release);
  }

  @Test
  void ids_thereTwice_rejectThatSpanAlone() throws Exception {
    Span span = Requests.span(random, 150).build();
    for (int number = 1; number <= 2; number++) {
      ByteString id = number == 1 ? span.getTraceId() : span.getSpanId();
      ByteArrayOutputStream before = new ByteArrayOutputStream();
      field(before, number, id.toByteArray());
      before.writeBytes(span.toByteArray());
      ByteArrayOutputStream behind = new ByteArrayOutputStream();
      behind.writeBytes(span.toByteArray());
      field(behind, number, new byte[3]);
      ByteArrayOutputStream scope = new ByteArrayOutputStream();
      field(scope, 2, before.toByteArray());
      field(scope, 2, behind.toByteArray());
      ByteArrayOutputStream resource = new ByteArrayOutputStream();
      field(resource, 2, scope.toByteArray());
      ByteArrayOutputStream request = new ByteArrayOutputStream();
      field(request, 1, resource.toByteArray());
      assertThat(split(request.toByteArray(), three)).isEqualTo(new Split(List.of(), 0, 2));
    }
  }

  @Test
  void request_ofManySmallScopesAndSpans_leavesNoLargeScratch() throws Exception {
    ByteString small = Requests.span(random, 60).build().toByteString();
    ScopeSpans one = ScopeSpans.newBuilder().addSpans(Span.parseFrom(small)).build();
    ResourceSpans.Builder many = ResourceSpans.newBuilder();
    for (int i = 0; i < 100_000; i++) {
      many.addScopeSpans(one);
    }
    byte[] request =
        ExportTraceServiceRequest.newBuilder().addResourceSpans(many).build().toByteArray();
    BatchSplitter splitter =
        new BatchSplitter(HeaderTable.ofDefaultSize(), ByteBufAllocator.DEFAULT);
    for (int i = 0; i < 2; i++) {
      Split split = splitter.split(request, 0, request.length, Header.EMPTY, three);
      assertThat(split.spanCount()).isEqualTo(100_000);
      split.parts().forEach(Part::release);
      assertThat(splitter.scratchBytes()).isGreaterThan(2 << 20);
    }
    splitter.split(new byte[0], 0, 0, Header.EMPTY, three);
    assertThat(splitter.scratchBytes()).isLessThan(2 << 20);
  }

  @Test
  void request_emptyOrOfEmptyEnvelopes_hasNoParts() throws Exception {
    assertThat(split(new byte[0], three)).isEqualTo(new Split(List.of(), 0, 0));
    ExportTraceServiceRequest envelopes =
        ExportTraceServiceRequest.newBuilder()
            .addResourceSpans(ResourceSpans.newBuilder().setResource(Requests.resource(1, 300)))
            .addResourceSpans(
                ResourceSpans.newBuilder().addScopeSpans(ScopeSpans.getDefaultInstance()))
            .build();
    assertThat(split(envelopes.toByteArray(), three)).isEqualTo(new Split(List.of(), 0, 0));
  }

  @Test
  void span_withLengthPastItsEnd_isMalformedForTheWholeRequest() {
    ByteArrayOutputStream scope = new ByteArrayOutputStream();
    field(scope, 2, Requests.span(random, 150).build().toByteArray());
    field(scope, 2, new byte[] {10, 16, 1, 2});
    ByteArrayOutputStream resource = new ByteArrayOutputStream();
    field(resource, 2, scope.toByteArray());
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    field(request, 1, resource.toByteArray());
    assertThatThrownBy(() -> split(request.toByteArray(), three))
        .isInstanceOf(MalformedWireException.class);
  }

  @Test
  void nesting_ofAnyDepth_doesNotRecurse() throws Exception {
    byte[] deep = new byte[0];
    for (int i = 0; i < 20_000; i++) {
      ByteArrayOutputStream outer = new ByteArrayOutputStream(deep.length + 6);
      field(outer, 1, deep);
      deep = outer.toByteArray();
      if (deep.length > 40_000) {
        break;
      }
    }
    Span span = Requests.span(random, 100).build();
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    bomb.writeBytes(span.toByteArray());
    field(bomb, 9, deep);
    ByteArrayOutputStream scope = new ByteArrayOutputStream();
    field(scope, 2, bomb.toByteArray());
    ByteArrayOutputStream resource = new ByteArrayOutputStream();
    field(resource, 2, scope.toByteArray());
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    field(request, 1, resource.toByteArray());
    Split split = split(request.toByteArray(), three);
    assertThat(split.spanCount()).isEqualTo(1);
    split.parts().forEach(Part::release);
  }

  @Test
  void headers_seenBefore_areTheSameObject() throws Exception {
    byte[] body = Requests.request(random, 30, 150, 1, 300).toByteArray();
    Split first = split(body, three);
    Split second = split(body.clone(), three);
    assertThat(second.parts().get(0).resource(0)).isSameAs(first.parts().get(0).resource(0));
    assertThat(second.parts().get(0).scope(0)).isSameAs(first.parts().get(1).scope(0));
    first.parts().forEach(Part::release);
    second.parts().forEach(Part::release);
  }

  @Test
  void headerTable_moreThanItHolds_staysWithinItsBytes() throws Exception {
    HeaderTable small = new HeaderTable(64, 10_000, 1_000);
    BatchSplitter bounded = new BatchSplitter(small, allocator);
    for (int i = 0; i < 200; i++) {
      ExportTraceServiceRequest request =
          request(ScopeSpans.newBuilder().addSpans(Requests.span(random, 100)).build()).toBuilder()
              .addResourceSpans(
                  ResourceSpans.newBuilder()
                      .setResource(Requests.resource(i, 200 + 10 * i))
                      .addScopeSpans(ScopeSpans.newBuilder().addSpans(Requests.span(random, 100))))
              .build();
      byte[] body = request.toByteArray();
      bounded.split(body, 0, body.length, TENANT, three).parts().forEach(Part::release);
      assertThat(small.bytes()).isBetween(0L, 10_000L);
    }
  }

  @Test
  void resplit_byAnotherTable_keepsEverySpanUnderItsHeaders() throws Exception {
    ExportTraceServiceRequest request = Requests.request(random, 300, 200, 5, 300);
    RoutingTable seven = Tables.of(7);
    List<Part> again = new ArrayList<>();
    for (Part part : split(request.toByteArray(), three).parts()) {
      again.addAll(splitter.resplit(part, seven).parts());
      part.release();
    }
    assertParts(again, request, seven);
    again.forEach(Part::release);
  }

  private Split split(byte[] body, RoutingTable table) throws MalformedWireException {
    byte[] shifted = new byte[body.length + 9];
    System.arraycopy(body, 0, shifted, 5, body.length);
    return splitter.split(shifted, 5, body.length, TENANT, table);
  }

  private void assertSplit(byte[] body, ExportTraceServiceRequest request, RoutingTable table)
      throws Exception {
    Split split = split(body, table);
    assertParts(split.parts(), request, table);
    assertThat(split.rejectedSpans()).isZero();
    split.parts().forEach(Part::release);
  }

  /** Compares what each owner gets with what protobuf's own objects say it should. */
  private static void assertParts(
      List<Part> parts, ExportTraceServiceRequest request, RoutingTable table) throws Exception {
    for (int owner = 0; owner < table.ownerCount(); owner++) {
      List<String> wanted = new ArrayList<>();
      for (ResourceSpans r : request.getResourceSpansList()) {
        for (ScopeSpans s : r.getScopeSpansList()) {
          for (Span span : s.getSpansList()) {
            if (owner(span, table) == owner) {
              wanted.add(
                  line(
                      r.toBuilder().clearScopeSpans().build(),
                      s.toBuilder().clearSpans().build(),
                      span.toByteString()));
            }
          }
        }
      }
      List<String> got = new ArrayList<>();
      for (Part part : parts) {
        if (part.ownerIndex() == owner) {
          collect(part, got);
        }
      }
      assertThat(got).containsExactlyInAnyOrderElementsOf(wanted);
    }
  }

  private static void collect(Part part, List<String> into) throws Exception {
    assertThat(part.context()).isSameAs(TENANT);
    int spans = 0;
    int bytes = 0;
    for (int g = 0; g < part.groupCount(); g++) {
      ResourceSpans resource = ResourceSpans.parseFrom(part.resource(g).bytes());
      ScopeSpans scope = ScopeSpans.parseFrom(part.scope(g).bytes());
      WireReader in = new WireReader().reset(part.array(), part.spansStart(g), part.spansEnd(g));
      bytes += part.spansEnd(g) - part.spansStart(g);
      while (in.next()) {
        int length = in.readLength();
        ByteString span = ByteString.copyFrom(part.array(), in.position(), length);
        in.position(in.position() + length);
        into.add(line(resource, scope, span));
        spans++;
      }
    }
    assertThat(part.spanCount()).isEqualTo(spans);
    assertThat(part.spanBytes()).isEqualTo(bytes);
  }

  private static String line(ResourceSpans resource, ScopeSpans scope, ByteString span) {
    return resource.toByteString().hashCode()
        + " "
        + scope.toByteString().hashCode()
        + " "
        + java.util.HexFormat.of().formatHex(span.toByteArray());
  }

  private static int owner(Span span, RoutingTable table) {
    byte[] id = span.getTraceId().toByteArray();
    return table.ownerIndex(
        TraceHash.slot(WireReader.longBigEndian(id, 0), WireReader.longBigEndian(id, 8)));
  }

  private static ExportTraceServiceRequest request(ScopeSpans scope) {
    return ExportTraceServiceRequest.newBuilder()
        .addResourceSpans(ResourceSpans.newBuilder().addScopeSpans(scope))
        .build();
  }

  private static void field(ByteArrayOutputStream out, int number, byte[] content) {
    try {
      CodedOutputStream coded = CodedOutputStream.newInstance(out);
      coded.writeByteArray(number, content);
      coded.flush();
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }
}
