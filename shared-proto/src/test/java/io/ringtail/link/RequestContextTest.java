package io.ringtail.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RequestContextTest {
  @Test
  void headers_inAnyOrderAndCase_giveTheSameBytesAndReadBack() throws Exception {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("X-Scope-OrgID", "tenant-ä");
    headers.put("a", "");
    Header context = RequestContext.of(headers);
    assertThat(context).isEqualTo(RequestContext.of(Map.of("A", "", "x-scope-orgid", "tenant-ä")));
    assertThat(RequestContext.headers(context))
        .isEqualTo(Map.of("a", "", "x-scope-orgid", "tenant-ä"));
  }

  @Test
  void noHeaders_isTheEmptyHeader() throws Exception {
    assertThat(RequestContext.of(Map.of())).isSameAs(Header.EMPTY);
    assertThat(RequestContext.headers(Header.EMPTY)).isEmpty();
  }
}
