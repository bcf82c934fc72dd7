// What the product wants to reach. `value` takes the medians of a workload by candidate: see measure.mjs.

const ratio = (peer) => (of) => of('gateway', 'perSecond') / of(peer, 'perSecond');
const added = (metric) => (of) => of('gateway', metric) - of('raw', metric);
const atLeast = (value, limit) => value >= limit;
const atMost = (value, limit) => value <= limit;
const times = (value) => `${value.toFixed(2)} ×`;
const millis = (value) => `${value.toFixed(2)} ms`;
const kib = (value) => `${value.toFixed(0)} KiB`;

export const TARGETS = [
	{
		what: 'JSON, of raw Node',
		workload: 'json',
		value: ratio('raw'),
		reached: atLeast,
		target: 0.55,
		stretch: 0.66,
		show: times,
	},
	{
		what: 'JSON, of Portkey',
		workload: 'json',
		value: ratio('portkey'),
		reached: atLeast,
		target: 6,
		stretch: 8,
		show: times,
	},
	{
		what: 'SSE without delay, of raw Node',
		workload: 'sse',
		value: ratio('raw'),
		reached: atLeast,
		target: 0.6,
		stretch: 0.75,
		show: times,
	},
	{
		what: 'SSE without delay, of Portkey',
		workload: 'sse',
		value: ratio('portkey'),
		reached: atLeast,
		target: 4.5,
		stretch: 6,
		show: times,
	},
	{
		what: 'p50 added over raw Node at 1,000 req/s',
		workload: 'latency',
		value: added('p50'),
		reached: atMost,
		target: 0.4,
		stretch: 0.2,
		show: millis,
	},
	{
		what: 'chunk p50 added over raw Node at 20,000 chunks/s',
		workload: 'chunks',
		value: added('chunkP50'),
		reached: atMost,
		target: 0.3,
		stretch: 0.15,
		show: millis,
	},
	{
		what: 'first token p50 added over raw Node',
		workload: 'chunks',
		value: added('firstChunkP50'),
		reached: atMost,
		target: 3,
		stretch: 1,
		show: millis,
	},
	{
		what: 'RSS per open stream at 2,000 streams',
		workload: 'memory',
		value: (of) => of('gateway', 'rssKib'),
		reached: atMost,
		target: 130,
		stretch: 60,
		show: kib,
	},
	{
		what: '66 KB prompts, of raw Node',
		workload: 'large',
		value: ratio('raw'),
		reached: atLeast,
		target: 0.6,
		stretch: 0.8,
		show: times,
	},
	{
		what: 'OpenAI in, Ollama out, streaming, of raw Node',
		workload: 'translated',
		value: ratio('raw'),
		reached: atLeast,
		target: 0.35,
		stretch: 0.5,
		show: times,
	},
	{
		what: 'keyset page of 20, of bare Fastify with plain pg',
		workload: 'management',
		value: ratio('fastify'),
		reached: atLeast,
		target: 0.6,
		stretch: 0.8,
		show: times,
	},
];
