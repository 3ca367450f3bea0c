package io.ringtail.cli.demo;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Invents traces of a web shop: a few kinds of visits, of which one in fifty fails somewhere and
 * one in fifty is slow. Threads: one at a time.
 */
final class Shop {
  private static final double FAILING = 0.02;
  private static final double SLOW = 0.02;
  private static final int SLOWNESS = 40;

  private static final Call PRODUCTS =
      Call.of("catalogue", "ListProducts", 6, Call.of("catalogue", "SELECT products", 4));
  private static final Call CART = Call.of("cart", "GetCart", 3, Call.of("cart", "HGET cart", 1));
  private static final Call SHIPPING = Call.of("shipping", "GetQuote", 8);
  private static final Call CURRENCY = Call.of("currency", "Convert", 2);
  private static final Call PAYMENT =
      Call.of("payment", "Charge", 25, Call.of("payment", "POST bank.example/charge", 60));
  private static final Call ADVICE = Call.of("recommendation", "ListRecommendations", 9, PRODUCTS);
  private static final Call ORDER =
      Call.of(
          "checkout",
          "PlaceOrder",
          12,
          CART,
          PRODUCTS,
          CURRENCY,
          SHIPPING,
          PAYMENT,
          Call.of("shipping", "ShipOrder", 14),
          Call.of("cart", "EmptyCart", 3),
          Call.of("email", "SendConfirmation", 18));
  private static final List<Call> VISITS =
      List.of(
          Call.of("frontend", "GET /", 5, CURRENCY, PRODUCTS, CART, CURRENCY),
          Call.of("frontend", "GET /product/{id}", 5, PRODUCTS, CURRENCY, ADVICE, CART),
          Call.of("frontend", "GET /cart", 4, CART, ADVICE, SHIPPING, CURRENCY),
          Call.of("frontend", "POST /cart/checkout", 7, ORDER));

  private final Random random;

  Shop(long seed) {
    this.random = new Random(seed);
  }

  /**
   * One visit: the spans of each service as that service would send them.
   *
   * @param endNanos wall-clock time at which the visit ends
   */
  List<ResourceSpans> visit(long endNanos) {
    Visit visit = new Visit();
    long took = visit.make(VISITS.get(random.nextInt(VISITS.size())), ByteString.EMPTY, 0);
    return visit.resources(endNanos - took);
  }

  /** One trace in the making; times are relative to its start until all are known. */
  private final class Visit {
    private final ByteString traceId = id(16);
    private final boolean failing = random.nextDouble() < FAILING;
    private final double slowness = random.nextDouble() < SLOW ? SLOWNESS : 1;
    private final Map<String, List<Span.Builder>> byService = new LinkedHashMap<>();
    private boolean failed;

    /** Adds the span of a call and of all it makes; returns when it ended, in nanoseconds. */
    private long make(Call call, ByteString parent, long start) {
      Span.Builder span = span(call, parent);
      long own = nanos(call.millis());
      long now = start + own / 2;
      for (Call next : call.calls()) {
        now = make(next, span.getSpanId(), now) + nanos(1) / 4;
      }
      long end = now + own / 2;
      finish(span.setStartTimeUnixNano(start).setEndTimeUnixNano(end), call);
      return end;
    }

    private Span.Builder span(Call call, ByteString parent) {
      boolean leaf = call.calls().isEmpty();
      Span.Builder span =
          Span.newBuilder()
              .setTraceId(traceId)
              .setSpanId(id(8))
              .setParentSpanId(parent)
              .setName(call.name())
              .setKind(leaf ? Span.SpanKind.SPAN_KIND_CLIENT : Span.SpanKind.SPAN_KIND_SERVER)
              .addAttributes(text("user.id", "u" + random.nextInt(500)));
      byService.computeIfAbsent(call.service(), s -> new ArrayList<>()).add(span);
      return span;
    }

    /** An error begins at a call that calls nobody; the visit as a whole has failed then. */
    private void finish(Span.Builder span, Call call) {
      boolean root = span.getParentSpanId().isEmpty();
      boolean breaks = failing && !failed && call.calls().isEmpty() && random.nextInt(3) == 0;
      failed |= breaks;
      boolean error = breaks || (failing && root);
      if (error) {
        span.setStatus(
            Status.newBuilder()
                .setCode(Status.StatusCode.STATUS_CODE_ERROR)
                .setMessage(root ? "500 Internal Server Error" : "deadline exceeded"));
      }
      if (root) {
        span.addAttributes(text("http.response.status_code", error ? "500" : "200"));
      }
    }

    private List<ResourceSpans> resources(long startNanos) {
      List<ResourceSpans> out = new ArrayList<>();
      byService.forEach((service, spans) -> out.add(resource(service, spans, startNanos)));
      return out;
    }

    private long nanos(int millis) {
      return (long) (millis * 1e6 * (0.5 + random.nextDouble()) * slowness);
    }
  }

  private static ResourceSpans resource(String service, List<Span.Builder> spans, long startNanos) {
    ScopeSpans.Builder scope =
        ScopeSpans.newBuilder()
            .setScope(InstrumentationScope.newBuilder().setName("demo").setVersion("1"));
    for (Span.Builder span : spans) {
      span.setStartTimeUnixNano(startNanos + span.getStartTimeUnixNano());
      span.setEndTimeUnixNano(startNanos + span.getEndTimeUnixNano());
      scope.addSpans(span);
    }
    Resource.Builder resource =
        Resource.newBuilder()
            .addAttributes(text("service.name", service))
            .addAttributes(text("service.namespace", "shop"))
            .addAttributes(text("deployment.environment.name", "demo"));
    return ResourceSpans.newBuilder().setResource(resource).addScopeSpans(scope).build();
  }

  private static KeyValue text(String key, String value) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setStringValue(value))
        .build();
  }

  private ByteString id(int bytes) {
    byte[] id = new byte[bytes];
    random.nextBytes(id);
    id[0] |= 1; // never all zero
    return ByteString.copyFrom(id);
  }
}
