package io.ringtail.router.split;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.ringtail.link.DictionaryLimits;
import io.ringtail.link.Header;
import io.ringtail.link.LinkMethod;
import io.ringtail.link.LinkWriter;
import io.ringtail.router.route.Tables;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinkLimitTest {
  private static final int SPANS = 20_000;
  private static final int FILLED_BEFORE = 64 << 20;

  /** Every span in a scope of its own, the smallest there can be: framing weighs most then. */
  private static byte[] request(int nameLength) {
    Random random = new Random(5);
    ResourceSpans.Builder resource = ResourceSpans.newBuilder();
    for (int i = 0; i < SPANS; i++) {
      byte[] traceId = new byte[16];
      byte[] spanId = new byte[8];
      random.nextBytes(traceId);
      random.nextBytes(spanId);
      ScopeSpans.Builder scope = ScopeSpans.newBuilder();
      scope.addSpans(
          Span.newBuilder()
              .setTraceId(ByteString.copyFrom(traceId))
              .setSpanId(ByteString.copyFrom(spanId)));
      if (nameLength > 0) {
        String name = Integer.toString(i + 1_000_000).repeat(nameLength).substring(0, nameLength);
        scope.setScope(InstrumentationScope.newBuilder().setName(name));
      }
      resource.addScopeSpans(scope);
    }
    return ExportTraceServiceRequest.newBuilder().addResourceSpans(resource).build().toByteArray();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 200})
  void link_carriesTheLargestRequestWhateverItHolds(int nameLength) throws Exception {
    byte[] body = request(nameLength);
    long sent = 0;
    LinkWriter link = new LinkWriter(DictionaryLimits.DEFAULT);
    BatchSplitter splitter =
        new BatchSplitter(HeaderTable.ofDefaultSize(), UnpooledByteBufAllocator.DEFAULT);
    for (Part part : splitter.split(body, 0, body.length, Header.EMPTY, Tables.of(1)).parts()) {
      link.add(new LinkBytesReport.Sending(part, 1));
      sent += link.size();
      link.finish().close();
      part.release();
    }
    double growth = (double) sent / body.length;
    assertThat(FILLED_BEFORE + growth * LinkMethod.MAX_REQUEST_BYTES)
        .as("grows by %s", growth)
        .isLessThan(LinkMethod.MAX_MESSAGE_BYTES);
  }
}
