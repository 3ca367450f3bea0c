package io.ringtail.router.split;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import com.google.protobuf.UnknownFieldSet;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.ringtail.link.Header;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.router.route.Tables;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The splitter beside protobuf-java, both ways, on requests broken at random. What the splitter
 * takes is exactly what protobuf-java takes of the four levels that are walked: request, resource
 * spans, scope spans, span (but for tags and lengths over 32 bits, which protobuf-java cuts). So of
 * what protobuf-java refuses as a whole it knowingly takes, and passes on as it came:
 *
 * <ul>
 *   <li>broken messages inside a level that is not walked: a resource, a scope, attributes, events,
 *       links, the status;
 *   <li>text that is not UTF-8: names, trace states, schema URLs;
 *   <li>messages nested deeper than 100 there (see {@code BatchSplitterTest}).
 * </ul>
 */
class ProtobufDifferentialTest {
  private static final long SEED = 20261121;
  private static final int ROUNDS = 40_000;

  private static final int RESOURCE_SPANS = 1;
  private static final int SCOPE_SPANS = 2;
  private static final int SPANS = 2;
  private static final int SCHEMA_URL = 3;

  /** Messages that are not walked, by field. */
  private static final Map<Integer, Parser<?>> OF_RESOURCE_SPANS = Map.of(1, Resource.parser());

  private static final Map<Integer, Parser<?>> OF_SCOPE_SPANS =
      Map.of(1, InstrumentationScope.parser());

  private static final Map<Integer, Parser<?>> OF_SPAN =
      Map.of(
          9, KeyValue.parser(),
          11, Span.Event.parser(),
          13, Span.Link.parser(),
          15, Status.parser());

  private static final Pattern OVER_32_BITS =
      Pattern.compile("tag over 32 bits|length [1-9]\\d{9,} points past the end");

  private final Random random = new Random(SEED);
  private final BatchSplitter splitter =
      new BatchSplitter(HeaderTable.ofDefaultSize(), UnpooledByteBufAllocator.DEFAULT);

  @Test
  void requests_brokenAtRandom_areTakenExactlyIfTheLevelsWalkedAreProtobuf() {
    byte[] whole = request();
    int knowinglyTaken = 0;
    int refusedByBoth = 0;
    for (int i = 0; i < ROUNDS; i++) {
      byte[] body = broken(whole);
      String refusal = refusal(body);
      boolean taken = refusal.isEmpty();
      boolean parsed = parses(ExportTraceServiceRequest.parser(), body);
      String round = "seed " + SEED + ", round " + i;
      if (!taken) {
        assertThat(levels(body) && !OVER_32_BITS.matcher(refusal).find()).as(round).isFalse();
        refusedByBoth += parsed ? 0 : 1;
      } else if (!parsed) {
        knowinglyTaken++;
        assertThat(levels(body)).as(round).isTrue();
        assertThat(leaves(body)).as("something listed above: " + round).isFalse();
      }
    }
    assertThat(knowinglyTaken).isGreaterThan(ROUNDS / 100);
    assertThat(refusedByBoth).isGreaterThan(ROUNDS / 100);
  }

  /** protobuf-java cuts such a tag or length to 32 bits; no encoder writes one. */
  @Test
  void tagOrLength_over32Bits_isRefusedThoughProtobufCutsIt() {
    byte[] longTag = {(byte) 0x8a, (byte) 0x80, (byte) 0x80, (byte) 0x80, 0x10, 0};
    byte[] longLength = {0x0a, (byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, 0x10};
    for (byte[] body : new byte[][] {longTag, longLength}) {
      assertThat(parses(ExportTraceServiceRequest.parser(), body)).isTrue();
      assertThat(refusal(body)).containsPattern(OVER_32_BITS);
    }
  }

  /** Why the splitter does not take it; empty if it does. */
  private String refusal(byte[] body) {
    try {
      splitter
          .split(body, 0, body.length, Header.EMPTY, Tables.of(3))
          .parts()
          .forEach(Part::release);
      return "";
    } catch (MalformedWireException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** Whether protobuf-java finds fields in each level that the splitter walks. */
  private static boolean levels(byte[] body) {
    return fields(
        body, RESOURCE_SPANS, r -> fields(r, SCOPE_SPANS, s -> fields(s, SPANS, p -> ok(p))));
  }

  private interface Check {
    boolean test(byte[] message);
  }

  private static boolean ok(byte[] message) {
    return fields(message, 0, m -> true);
  }

  /** Whether a message has well-formed fields, and all of number {@code inner} pass. */
  private static boolean fields(byte[] message, int inner, Check check) {
    try {
      return UnknownFieldSet.parseFrom(message)
          .getField(Math.max(1, inner))
          .getLengthDelimitedList()
          .stream()
          .allMatch(field -> inner == 0 || check.test(field.toByteArray()));
    } catch (InvalidProtocolBufferException e) {
      return false;
    }
  }

  /** Whether all that is not walked is what protobuf-java would take. */
  private static boolean leaves(byte[] body) {
    return fields(
        body,
        RESOURCE_SPANS,
        resource ->
            leaves(resource, OF_RESOURCE_SPANS, SCHEMA_URL)
                && fields(
                    resource,
                    SCOPE_SPANS,
                    scope ->
                        leaves(scope, OF_SCOPE_SPANS, SCHEMA_URL)
                            && fields(scope, SPANS, span -> leaves(span, OF_SPAN, 3, 5))));
  }

  private static boolean leaves(byte[] message, Map<Integer, Parser<?>> parsers, int... texts) {
    return parsers.entrySet().stream()
            .allMatch(e -> fields(message, e.getKey(), inner -> parses(e.getValue(), inner)))
        && Arrays.stream(texts)
            .allMatch(t -> fields(message, t, text -> ByteString.copyFrom(text).isValidUtf8()));
  }

  private static boolean parses(Parser<?> parser, byte[] message) {
    try {
      return parser.parseFrom(message) != null;
    } catch (InvalidProtocolBufferException e) {
      return false;
    }
  }

  /** One to three bytes changed, put in or taken out, or the end cut off. */
  private byte[] broken(byte[] whole) {
    byte[] body = whole.clone();
    for (int i = random.nextInt(3); i >= 0 && body.length > 1; i--) {
      int at = random.nextInt(body.length);
      ByteArrayOutputStream out = new ByteArrayOutputStream(body.length + 1);
      out.write(body, 0, at);
      switch (random.nextInt(8)) {
        case 0 -> out.write(body, at + 1, body.length - at - 1);
        case 1 -> {
          out.write(random.nextInt());
          out.write(body, at, body.length - at);
        }
        case 2 -> {} // cut off
        default -> {
          out.write(random.nextInt());
          out.write(body, at + 1, body.length - at - 1);
        }
      }
      body = out.toByteArray();
    }
    return body;
  }

  /** Small, so that most of its bytes are tags and lengths. */
  private byte[] request() {
    ScopeSpans.Builder scope =
        ScopeSpans.newBuilder()
            .setScope(InstrumentationScope.newBuilder().setName("s").setVersion("1"))
            .setSchemaUrl("u")
            .addSpans(span())
            .addSpans(span());
    return ExportTraceServiceRequest.newBuilder()
        .addResourceSpans(
            ResourceSpans.newBuilder()
                .setResource(Requests.resource(1, 60))
                .addScopeSpans(scope)
                .setSchemaUrl("v"))
        .build()
        .toByteArray();
  }

  private Span span() {
    KeyValue attribute = Requests.resource(2, 60).getAttributes(0);
    return Requests.span(random, 60)
        .setTraceState("a=b")
        .addEvents(Span.Event.newBuilder().setName("e").addAttributes(attribute))
        .addLinks(Span.Link.newBuilder().setTraceId(Requests.bytes(random, 16)))
        .setStatus(Status.newBuilder().setMessage("m").setCodeValue(2))
        .build();
  }
}
