// Sends spans by every OTLP exporter of the OpenTelemetry JS SDK and says how each fared.
//
//   node send.mjs --grpc HOST:PORT --http HOST:PORT [--spans N] [--refused-first]
//
// Exit code 0 if all was as expected, 1 if not, 2 for wrong usage. With --refused-first the router
// is expected to refuse every request once with a delay of 100 ms: the HTTP exporters must come
// again after that and succeed; the gRPC exporter of this version never comes again and must see
// UNAVAILABLE.
import { parseArgs } from 'node:util';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { OTLPTraceExporter as Grpc } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as HttpJson } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as HttpProtobuf } from '@opentelemetry/exporter-trace-otlp-proto';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';

const UNAVAILABLE = 14;
const RETRY_AFTER_MILLIS = 100;
const SUCCESS = 0;

function usage(message) {
  console.error(`${message}\nusage: send.mjs --grpc HOST:PORT --http HOST:PORT [--spans N] [--refused-first]`);
  process.exit(2);
}

function options() {
  try {
    const { values } = parseArgs({
      options: {
        grpc: { type: 'string' },
        http: { type: 'string' },
        spans: { type: 'string', default: '50' },
        'refused-first': { type: 'boolean', default: false },
      },
    });
    return values;
  } catch (e) {
    return usage(e.message);
  }
}

/** Ended spans: traces of one root and nine children, one in ten failed. */
async function makeSpans(count) {
  const kept = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: kept })] });
  const tracer = provider.getTracer('ringtail-js');
  let root;
  for (let i = 0; i < count; i++) {
    const span = i % 10 === 0
      ? tracer.startSpan(`GET /orders/${i}`, { kind: SpanKind.SERVER, root: true })
      : tracer.startSpan(`step ${i}`, { attributes: { i, ok: true, tags: ['a', 'b'] } }, root);
    if (i % 10 === 0) {
      const { trace, ROOT_CONTEXT } = await import('@opentelemetry/api');
      root = trace.setSpan(ROOT_CONTEXT, span);
      span.setStatus({ code: SpanStatusCode.ERROR, message: 'told to fail' });
    }
    span.end();
  }
  await provider.forceFlush();
  return kept.getFinishedSpans();
}

function send(exporter, spans) {
  return new Promise((resolve) => exporter.export(spans, resolve));
}

const given = options();
if (!given.grpc || !given.http) {
  usage('--grpc and --http are required');
}
const url = `http://${given.http}/v1/traces`;
const exporters = [
  ['grpc', () => new Grpc({ url: `http://${given.grpc}` })],
  ['grpc gzip', () => new Grpc({ url: `http://${given.grpc}`, compression: 'gzip' })],
  ['http/protobuf', () => new HttpProtobuf({ url })],
  ['http/protobuf gzip', () => new HttpProtobuf({ url, compression: 'gzip' })],
  ['http/json', () => new HttpJson({ url })],
  ['http/json gzip', () => new HttpJson({ url, compression: 'gzip' })],
];

let failed = 0;
for (const [name, make] of exporters) {
  const spans = await makeSpans(Number(given.spans));
  const exporter = make();
  const started = performance.now();
  const result = await send(exporter, spans);
  const millis = Math.round(performance.now() - started);
  await exporter.shutdown();
  const refused = given['refused-first'];
  const good = refused && name.startsWith('grpc')
    ? result.error?.code === UNAVAILABLE
    : result.code === SUCCESS && (!refused || millis >= RETRY_AFTER_MILLIS);
  failed += good ? 0 : 1;
  const outcome = result.code === SUCCESS ? 'success' : `refused: ${result.error?.message}`;
  console.log(`${good ? 'ok  ' : 'FAIL'} ${name}: ${spans.length} spans, ${outcome}, ${millis} ms`);
}
process.exit(failed === 0 ? 0 : 1);
