package io.ringtail.sampler.export.send;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.sampler.export.send.OtlpEndpoint.Protocol;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OtlpEndpointTest {
  private static OtlpEndpoint endpoint(String url, Protocol protocol) {
    return new OtlpEndpoint(URI.create(url), protocol, false, Map.of(), Duration.ofSeconds(1));
  }

  @ParameterizedTest
  @CsvSource({
    "https://backend,           GRPC, 443,  https://backend:443",
    "https://backend,           HTTP, 443,  https://backend:443/v1/traces",
    "HTTPS://backend/,          HTTP, 443,  HTTPS://backend:443/v1/traces",
    "http://backend,            GRPC, 4317, http://backend:4317",
    "http://backend,            HTTP, 4318, http://backend:4318/v1/traces",
    "https://backend:8443/own,  HTTP, 8443, https://backend:8443/own",
    "https://backend/own?key=1, HTTP, 443,  https://backend:443/own?****",
    "http://backend:1/x?key=1,  GRPC, 1,    http://backend:1"
  })
  void url_portAndWhatIsShown(String url, Protocol protocol, int port, String shown) {
    assertThat(endpoint(url, protocol).port()).isEqualTo(port);
    assertThat(endpoint(url, protocol).shown()).isEqualTo(shown);
  }
}
