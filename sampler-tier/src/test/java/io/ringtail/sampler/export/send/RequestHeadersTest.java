package io.ringtail.sampler.export.send;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.link.Header;
import io.ringtail.link.RequestContext;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RequestHeadersTest {
  @Test
  void contextHeader_ofAConfiguredName_goesBeforeIt() {
    Map<String, String> configured = Map.of("X-Scope-OrgID", "all", "X-Key", "k");
    Header context = RequestContext.of(Map.of("x-scope-orgid", "t1", "x-more", "m"));

    assertThat(RequestHeaders.of(configured, context))
        .isEqualTo(Map.of("x-scope-orgid", "t1", "x-key", "k", "x-more", "m"));
    assertThat(RequestHeaders.of(configured, Header.EMPTY))
        .isEqualTo(Map.of("x-scope-orgid", "all", "x-key", "k"));
  }

  @Test
  void headers_ofTheConnection_areLeftOut() {
    Header context =
        RequestContext.of(Map.of("host", "h", "content-type", "x", "grpc-timeout", "1"));
    assertThat(RequestHeaders.of(Map.of("User-Agent", "u"), context)).isEmpty();
  }
}
