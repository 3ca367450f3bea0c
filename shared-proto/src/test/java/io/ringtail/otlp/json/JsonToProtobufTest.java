package io.ringtail.otlp.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.TracesData;
import io.ringtail.compress.ByteOutput;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One test a rule of OTLP/JSON. JSON here is written with ' for ". */
class JsonToProtobufTest {
  private static final String TRACE_ID = "5b8efff798038103d269b633813fc60c";
  private static final String SPAN_ID = "eee19b7ec3c1b174";

  private final JsonToProtobuf json = new JsonToProtobuf();
  private final ByteOutput output = new ByteOutput(0);

  @Test
  void ids_areHexOfAnyCase() throws Exception {
    Span span =
        span(
            "'traceId':'5B8EFFF798038103D269B633813FC60C','spanId':'"
                + SPAN_ID
                + "',"
                + "'parentSpanId':'Eee19B7ec3c1b173'");
    assertThat(span.getTraceId()).isEqualTo(hex(TRACE_ID));
    assertThat(span.getSpanId()).isEqualTo(hex(SPAN_ID));
    assertThat(span.getParentSpanId()).isEqualTo(hex("eee19b7ec3c1b173"));
    assertThat(json.undecodedSpans()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'traceId':'W47/95gDgQPSabYzgT/GDA==','spanId':'7uGbfsPBsXQ='",
        "'traceId':'5b8efff798038103d269b633813fc60g','spanId':'eee19b7ec3c1b174'",
        "'traceId':'5b8','spanId':'eee19b7ec3c1b174'",
        "'traceId':'5b8efff798038103d269b633813fc60c','spanId':'eee19b7ec3c1b174',"
            + "'parentSpanId':'eee1'",
        "'spanId':'eee19b7ec3c1b174','links':[{'traceId':'eee1','spanId':'eee19b7ec3c1b174'}]"
      })
  void spanWithAnUndecodableId_leavesEmpty_andItsNeighboursWhole(String bad) throws Exception {
    String good = "{'traceId':'" + TRACE_ID + "','name':'good'}";
    TracesData data = spans(good + ",{" + bad + ",'name':'bad'}," + good);
    assertThat(data.getResourceSpans(0).getScopeSpans(0).getSpansList())
        .containsExactly(
            Span.newBuilder().setTraceId(hex(TRACE_ID)).setName("good").build(),
            Span.getDefaultInstance(),
            Span.newBuilder().setTraceId(hex(TRACE_ID)).setName("good").build());
    assertThat(json.undecodedSpans()).isEqualTo(1);
    assertThat(json.firstUndecodedId()).contains("pe").contains("hex digits)");
  }

  @Test
  void hexIdOfAWrongLength_leavesAsItIs_toBeRejectedDownstream() throws Exception {
    assertThat(span("'traceId':'5b8e','spanId':''").getTraceId()).isEqualTo(hex("5b8e"));
    assertThat(json.undecodedSpans()).isZero();
  }

  @Test
  void enums_areIntegers_alsoUnknownOnes() throws Exception {
    Span span = span("'kind':2,'status':{'code':77}");
    assertThat(span.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_SERVER);
    assertThat(span.getStatus().getCodeValue()).isEqualTo(77);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'kind':'SPAN_KIND_SERVER'",
        "'kind':'2'",
        "'kind':2.5",
        "'kind':4294967296",
        "'kind':true",
        "'status':{'code':'STATUS_CODE_OK'}"
      })
  void enums_byNameOrNotIntegral_areMalformed(String field) {
    assertThatThrownBy(() -> span(field))
        .isInstanceOf(MalformedJsonException.class)
        .hasMessageContaining("(expected: the integer of an enum value, not its name)");
  }

  @ParameterizedTest
  @CsvSource({
    "'\"1661140339213560192\"', 1661140339213560192",
    "1661140339213560192, 1661140339213560192",
    "'\"18446744073709551615\"', -1",
    "18446744073709551615, -1",
    "1.5e3, 1500",
    "'\"1.5E+3\"', 1500",
    "100e-2, 1",
    "9223372036854775808, -9223372036854775808",
    "0, 0",
    "0e999999999, 0",
    "'\"000000000000000000000000000007\"', 7"
  })
  void unsigned64_isAStringOrANumber_inAnyIntegralNotation(String value, long expected)
      throws Exception {
    assertThat(span("'startTimeUnixNano':" + value).getStartTimeUnixNano()).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-1",
        "'-1'",
        "1.5",
        "'x'",
        "''",
        "' 1'",
        "18446744073709551616",
        "1e999999999",
        "'1e999999999'",
        "true",
        "{}",
        "[1]",
        "'1e-1'",
        "'0x10'",
        "'1f'"
      })
  void unsigned64_ofAnythingElse_isMalformed(String value) {
    assertThatThrownBy(() -> span("'endTimeUnixNano':" + value))
        .isInstanceOf(MalformedJsonException.class)
        .hasMessageContaining("endTimeUnixNano: ")
        .hasMessageContaining("(expected: an unsigned 64-bit integer)");
  }

  @ParameterizedTest
  @CsvSource({
    "'\"-9223372036854775808\"', -9223372036854775808",
    "9223372036854775807, 9223372036854775807",
    "-42, -42",
    "-4.2e1, -42",
    "'\"999999999999999999\"', 999999999999999999",
    "'\"-1000000000000000000\"', -1000000000000000000"
  })
  void intValue_isSigned(String value, long expected) throws Exception {
    assertThat(value("{'intValue':" + value + "}").getIntValue()).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"9223372036854775808", "'-9223372036854775809'", "0.5", "'-'", "'--1'"})
  void intValue_outsideItsRange_isMalformed(String value) {
    assertThatThrownBy(() -> value("{'intValue':" + value + "}"))
        .isInstanceOf(MalformedJsonException.class);
  }

  @Test
  void flags_areUnsigned32_withAllTheirBits() throws Exception {
    assertThat(span("'flags':4294967041").getFlags()).isEqualTo(0xffffff01);
    assertThat(span("'flags':'257'").getFlags()).isEqualTo(257);
    assertThatThrownBy(() -> span("'flags':4294967296")).hasMessageContaining("32-bit");
  }

  @Test
  void keys_areLowerCamelCase_snakeCaseIsUnknown() throws Exception {
    assertThat(span("'trace_id':'" + TRACE_ID + "','start_time_unix_nano':5"))
        .isEqualTo(Span.getDefaultInstance());
  }

  @Test
  void unknownFields_areIgnored_howeverNested() throws Exception {
    assertThat(
            span("'x':{'y':[1,{'z':[[],{}]}],'name':'no'},'name':'yes','w':1e5,'v':[null,true]")
                .getName())
        .isEqualTo("yes");
    assertThat(convert("{'other':{'resourceSpans':[{}]}}"))
        .isEqualTo(TracesData.getDefaultInstance());
  }

  @Test
  void nulls_areAbsent() throws Exception {
    assertThat(
            span(
                "'traceId':null,'kind':null,'attributes':null,'events':[null],'status':null,"
                    + "'flags':null,'startTimeUnixNano':null"))
        .isEqualTo(Span.getDefaultInstance());
    assertThat(convert("{'resourceSpans':null}")).isEqualTo(TracesData.getDefaultInstance());
    assertThat(value("{'arrayValue':{'values':[null,{'boolValue':true}]}}").getArrayValue())
        .satisfies(a -> assertThat(a.getValuesCount()).isEqualTo(2));
  }

  @Test
  void anyValue_takesAllItsKinds_andKeepsDefaultsOfMembers() throws Exception {
    assertThat(value("{'stringValue':''}").hasStringValue()).isTrue();
    assertThat(value("{'stringValue':'\\ud83d\\ude00\\u0000'}").getStringValue())
        .isEqualTo("\ud83d\ude00\0");
    assertThat(value("{'boolValue':false}").hasBoolValue()).isTrue();
    assertThat(value("{'intValue':'0'}").hasIntValue()).isTrue();
    assertThat(value("{'doubleValue':0}").hasDoubleValue()).isTrue();
    assertThat(value("{'bytesValue':''}").hasBytesValue()).isTrue();
    assertThat(value("{'arrayValue':{}}").hasArrayValue()).isTrue();
    assertThat(value("{'kvlistValue':{'values':[{'key':'k','value':{'intValue':1}}]}}"))
        .satisfies(v -> assertThat(v.getKvlistValue().getValues(0).getKey()).isEqualTo("k"));
    assertThat(value("{}")).isEqualTo(AnyValue.getDefaultInstance());
  }

  @ParameterizedTest
  @CsvSource({
    "1.5, 1.5",
    "'\"-1e3\"', -1000",
    "7, 7",
    "'\"NaN\"', NaN",
    "'\"Infinity\"', Infinity",
    "'\"-Infinity\"', -Infinity"
  })
  void doubleValue_isANumberOrAString(String value, double expected) throws Exception {
    assertThat(value("{'doubleValue':" + value + "}").getDoubleValue())
        .isEqualTo(Double.valueOf(expected));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"NaN", "'nan'", "'1f'", "'0x1p3'", "1e400", "''", "'1.5 '", "true", "'e5'"})
  void doubleValue_ofAnythingElse_isMalformed(String value) {
    assertThatThrownBy(() -> value("{'doubleValue':" + value + "}"))
        .isInstanceOf(MalformedJsonException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "'', ''",
    "AA==, 00",
    "AAE=, 0001",
    "AAEC, 000102",
    "AAE, 0001",
    "-_8, fbff",
    "+/8=, fbff"
  })
  void bytesValue_isBase64_ofBothAlphabets(String text, String expected) throws Exception {
    assertThat(value("{'bytesValue':'" + text + "'}").getBytesValue()).isEqualTo(hex(expected));
  }

  @ParameterizedTest
  @ValueSource(strings = {"A", "AA=", "A===", "A!==", "AAAAA", "====", "AA=A", "Ä"})
  void bytesValue_thatIsNoBase64_isMalformed(String text) {
    assertThatThrownBy(() -> value("{'bytesValue':'" + text + "'}"))
        .hasMessageContaining("(expected: a base64 string)");
  }

  @Test
  void allOfTraceProto_isRead() throws Exception {
    TracesData data =
        convert(
            "{'resourceSpans':[{'resource':{'attributes':[{'key':'service.name','value':"
                + "{'stringValue':'cart'}}],'droppedAttributesCount':1,'entityRefs':[{'schemaUrl':"
                + "'s','type':'service','idKeys':['a','b'],'descriptionKeys':['c']}]},"
                + "'schemaUrl':'r-url','scopeSpans':[{'scope':{'name':'lib','version':'1',"
                + "'attributes':[{'key':'k'}],'droppedAttributesCount':2},'schemaUrl':'s-url',"
                + "'spans':[{'name':'n','traceState':'a=b','droppedAttributesCount':3,"
                + "'droppedEventsCount':4,'droppedLinksCount':5,'events':[{'timeUnixNano':'6',"
                + "'name':'e','attributes':[{'key':'k'}],'droppedAttributesCount':7}],'links':"
                + "[{'traceId':'"
                + TRACE_ID
                + "','spanId':'"
                + SPAN_ID
                + "','traceState':'c=d',"
                + "'attributes':[{'key':'k'}],'droppedAttributesCount':8,'flags':9}],"
                + "'status':{'message':'m','code':2}}]}]}]}");
    String text = data.toString();
    for (String expected :
        new String[] {
          "entity_refs {",
          "id_keys: \"b\"",
          "description_keys: \"c\"",
          "schema_url: \"r-url\"",
          "schema_url: \"s-url\"",
          "version: \"1\"",
          "trace_state: \"a=b\"",
          "dropped_events_count: 4",
          "dropped_links_count: 5",
          "time_unix_nano: 6",
          "dropped_attributes_count: 7",
          "trace_state: \"c=d\"",
          "dropped_attributes_count: 8",
          "flags: 9",
          "message: \"m\"",
          "code: STATUS_CODE_ERROR"
        }) {
      assertThat(text).contains(expected);
    }
  }

  @Test
  void emptyRequest_isEmpty() throws Exception {
    assertThat(convert("{}")).isEqualTo(TracesData.getDefaultInstance());
    assertThat(convert(" \n{ 'resourceSpans' : [ ] } \n"))
        .isEqualTo(TracesData.getDefaultInstance());
  }

  @Test
  void nesting_isTakenAsDeepAsProtobufReadersTakeIt_andNoDeeper() throws Exception {
    // request > resource spans > scope spans > span > key value > any value, then three a level
    String deepest = nested(31);
    value(deepest);
    for (int levels : new int[] {32, 33, 100, 10_000, 1_000_000}) {
      assertThatThrownBy(() -> value(nested(levels)))
          .isInstanceOf(MalformedJsonException.class)
          .hasMessageMatching("(?s).*(nested at most 100 deep|nesting depth).*");
    }
    assertThatThrownBy(() -> convert("{'x':" + "[".repeat(1_000_000)))
        .isInstanceOf(MalformedJsonException.class);
  }

  private static String nested(int levels) {
    return "{'kvlistValue':{'values':[{'key':'k','value':".repeat(levels)
        + "{}"
        + "}]}}".repeat(levels);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`` | 1:1: empty body (expected: a JSON object)",
        "[] | 1:1: an array (expected: an object)",
        "{'resourceSpans':{}} | 1:18: resourceSpans: an object (expected: an array)",
        "{'resourceSpans':[1]} | 1:19: resourceSpans: 1 (expected: an object)",
        "{'resourceSpans':[]} x | 1:22:",
        "{'resourceSpans':[]}{} | more after the object (expected: the end of the body)",
        "{'resourceSpans':[ | 1:19: Unexpected end-of-input: expected close marker for Array"
            + " (start marker at line: 1, column: 18)",
        "{'resourceSpans':[{]} | 1:20: Unexpected close marker ']': expected '}'"
            + " (for Object starting at line: 1, column: 19)",
        "{'resourceSpans':[{'schemaUrl':5}]} | 1:32: schemaUrl: 5 (expected: a string)",
        "{resourceSpans:[]} | 1:2:",
        "{'a':1,} | 1:8:",
        "<html> | 1:1:"
      })
  void malformedBody_isToldWithLineAndColumnAndWhatWasExpected(String body, String expected) {
    assertThatThrownBy(() -> convert(body))
        .isInstanceOf(MalformedJsonException.class)
        .hasMessageContaining(expected)
        .hasMessageNotContaining("Source:")
        .satisfies(e -> assertThat(e.getStackTrace()).isEmpty());
  }

  @Test
  void position_isThatOfTheLine() {
    assertThatThrownBy(() -> convert("{\n 'resourceSpans':\n  [true]}"))
        .isInstanceOfSatisfying(
            MalformedJsonException.class,
            e -> {
              assertThat(e.line()).isEqualTo(3);
              assertThat(e.column()).isEqualTo(4);
            });
  }

  @Test
  void everyTruncation_isMalformed_andTheConverterGoesOn() throws Exception {
    String body = "{'resourceSpans':[{'scopeSpans':[{'spans':[{'name':'ä','kind':1}]}]}]}";
    byte[] bytes = bytes(body);
    for (int cut = 0; cut < bytes.length; cut++) {
      int length = cut;
      assertThatThrownBy(() -> json.convert(bytes, 0, length, output))
          .isInstanceOf(MalformedJsonException.class);
    }
    assertThat(convert(body).getResourceSpansCount()).isEqualTo(1);
  }

  @Test
  void loneSurrogates_becomeReplacementCharacters() throws Exception {
    assertThat(value("{'stringValue':'\\ud800x\\udc00'}").getStringValue())
        .isEqualTo("\ufffdx\ufffd");
  }

  private AnyValue value(String value) throws Exception {
    return span("'attributes':[{'key':'k','value':" + value + "}]").getAttributes(0).getValue();
  }

  private Span span(String fields) throws Exception {
    return spans("{" + fields + "}").getResourceSpans(0).getScopeSpans(0).getSpans(0);
  }

  private TracesData spans(String spans) throws Exception {
    return convert("{'resourceSpans':[{'scopeSpans':[{'spans':[" + spans + "]}]}]}");
  }

  private TracesData convert(String body) throws Exception {
    byte[] bytes = bytes(body);
    int length = json.convert(bytes, 0, bytes.length, output);
    return TracesData.parseFrom(ByteString.copyFrom(output.array(), 0, length));
  }

  private static byte[] bytes(String body) {
    return body.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
  }

  private static ByteString hex(String hex) {
    return ByteString.copyFrom(HexFormat.of().parseHex(hex));
  }
}
