package io.ringtail.cli;

import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.ringtail.admin.findings.Findings;
import io.ringtail.admin.v1.ChangePlan;
import io.ringtail.admin.v1.ClusterStatus;
import io.ringtail.admin.v1.Ring;
import io.ringtail.admin.v1.TraceReport;

/** What a small cluster's nodes answer. */
public final class SampleAnswers {
  public static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

  private static final String EPOCH =
      "{ order: '3.7@sampler-0' number: 7 table_checksum: '00000000deadbeef' }";

  private SampleAnswers() {}

  private static <T extends Message.Builder> T read(String text, T into) {
    try {
      TextFormat.merge(text, into);
      return into;
    } catch (TextFormat.ParseException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  private static String node(String id, String role, String tier) {
    return """
    nodes {
      member {
        node_id: '%1$s' role: %2$s state: ACTIVE weight: %4$d zone: 'eu-1a'
        link_address: '10.0.0.1:4319' ops_address: '10.0.0.1:9464'
        incarnation: '0123abcd' protocol_version: 1 slot_share: %5$s
      }
      status {
        node_id: '%1$s' role: %2$s state: ACTIVE version: '0.1.0' protocol_version: 1
        uptime_ms: 86400000 ready: true epoch %6$s
        spans_in_per_second: 12345.6 spans_out_per_second: 617.2
        bytes_in_per_second: 9876543.2 bytes_out_per_second: 493827.1
        memory {
          heap_bytes { used: 209715200 capacity: 536870912 }
          direct_bytes { used: 104857600 capacity: 536870912 }
          resident_bytes: 838860800 limit_bytes: 1073741824
        }
        %3$s
      }
    }
    """
        .formatted(
            id,
            role,
            tier,
            role.equals("SAMPLER") ? 100 : 0,
            role.equals("SAMPLER") ? "0.5" : "0",
            EPOCH);
  }

  private static final String ROUTER =
      """
      refusals { reason: 'busy' unit: 'requests' since_start: 120 seconds_since_last: 7300 }
      router {
        bytes_in_flight { used: 1048576 capacity: 268435456 } bytes_held { capacity: 268435456 }
        open_requests: 3 connections: 12 links_up: 2 links: 2
        retention_bytes { used: 104857600 capacity: 536870912 }
        retention_cover_seconds: 80.5 retention_wanted_seconds: 40 replayed_spans: 25000
        answer_p50_ms: 1.8 answer_p99_ms: 7
      }
      """;

  private static final String SAMPLER =
      """
      sampler {
        open_traces { used: 1234 capacity: 50000 }
        buffered_bytes { used: 123456789 capacity: 1073741824 }
        high_water_bytes: 912680550 oldest_trace_seconds: 14.2 decision_wait_seconds: 15
        may_decide: true handoff {}
        destinations {
          destination: 'otlp' queue_bytes { used: 1048576 capacity: 67108864 }
          queued_spans: 1800 requests_in_flight { used: 2 capacity: 8 } sent_spans: 987654
        }
        kept_cache_seconds: 3600 dropped_cache_seconds: 600
        kept_traces: 4711 dropped_traces: 18446744073709551615
      }
      """;

  /** One router, two samplers, all well. */
  public static ClusterStatus status() {
    return Findings.addedTo(
        read(
                "cluster: 'ringtail' answered_by: 'router-0' at_ms: 1700000000000 epochs_agree:"
                    + " true epoch "
                    + EPOCH
                    + node("router-0", "ROUTER", ROUTER)
                    + node("sampler-0", "SAMPLER", SAMPLER)
                    + node("sampler-1", "SAMPLER", SAMPLER),
                ClusterStatus.newBuilder())
            .build());
  }

  /** The second sampler does not answer. */
  public static ClusterStatus oneSilent() {
    ClusterStatus.Builder status = status().toBuilder();
    status.getNodesBuilder(2).clearStatus().setNoAnswer("no answer within 2000 ms");
    return Findings.addedTo(status.build());
  }

  static Ring ring(String traceId) {
    Ring.Builder ring =
        read(
            "epoch "
                + EPOCH
                + """
                slots: 262144
                members { node_id: 'router-0' role: ROUTER state: ACTIVE }
                members { node_id: 'sampler-0' role: SAMPLER state: ACTIVE weight: 100 slot_share: 0.51 }
                members { node_id: 'sampler-1' role: SAMPLER state: ACTIVE weight: 100 slot_share: 0.49 }
                """,
            Ring.newBuilder());
    if (!traceId.isEmpty()) {
      ring.setOwner(trace("").getOwner());
    }
    return ring.build();
  }

  static TraceReport trace(String found) {
    return read(
            """
            owner {
              trace_id: '%s' slot: 4242 node_id: 'sampler-1' heir_node_id: 'sampler-0'
              since { order: '3.5@sampler-0' number: 5 table_checksum: '00000000deadbeef' }
            }
            kept_cache_seconds: 3600 dropped_cache_seconds: 600
            %s
            """
                .formatted(TRACE, found),
            TraceReport.newBuilder())
        .build();
  }

  static ChangePlan plan(String more) {
    return read(
            """
            change { node_id: 'sampler-1' drain {} }
            slots_moved: 131072 traces_moved: 1234 bytes_moved: 123456789
            receivers {
              node_id: 'sampler-0' slots: 131072 bytes: 123456789
              buffered_bytes_after { used: 246913578 capacity: 1073741824 }
            }
            %s
            """
                .formatted(more),
            ChangePlan.newBuilder())
        .build();
  }
}
