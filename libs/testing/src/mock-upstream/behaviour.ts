/** The value of an `…At` option that is off. */
export const NEVER = -1;

const FAULTLESS = {
	// Pace, in milliseconds. A call that is not streamed waits for the sum before it answers.
	/** before the response headers */
	firstByteMs: 0,
	/** after the headers, before the first content */
	firstChunkMs: 0,
	/** before every content chunk but the first */
	delayMs: 0,

	// What an answer holds.
	/** content chunks */
	chunks: 10,
	tokensPerChunk: 1,
	/** at least this many bytes of text in a chunk */
	chunkBytes: 0,
	/** total bytes of text, as fast as they are accepted; replaces `chunks` */
	big: 0,
	/** reasoning chunks before the content */
	thinking: 0,
	/** tool calls instead of text; -1: one, if the request offers tools and did not just bring a tool's result */
	toolCalls: NEVER,
	/** words with two-, three- and four-byte characters */
	unicode: false,
	/** ignore the request's output cap */
	ignoreMax: false,
	/** length of an embedding unless the request says */
	dimensions: 8,

	// Usage.
	/** -1: the words of the prompt */
	promptTokens: NEVER,
	/** -1: the tokens of all chunks */
	completionTokens: NEVER,
	/** part of the prompt that came from the provider's cache */
	cachedTokens: 0,
	noUsage: false,
	/** Ollama leaves `prompt_eval_count` out when the prompt was cached */
	noPromptUsage: false,
	zeroUsage: false,
	usageTwice: false,
	/** OpenAI: cumulative usage in every chunk (vLLM's continuous_usage_stats) */
	continuousUsage: false,
	/** OpenAI: a usage chunk although nobody asked */
	forceUsage: false,

	// Faults before the answer.
	/** connection reset instead of an answer */
	refuse: false,
	/** never answers */
	hang: false,
	/** an HTTP status with an error body in the dialect's shape */
	status: 0,
	/** only this many first calls of the model get `status`; 0: all */
	failFirst: 0,
	/** `retry-after`, in seconds */
	retryAfter: NEVER,
	/** location of a redirect; `1`: a path on this server */
	redirect: '',
	redirectStatus: 302,

	// Rubbish.
	/** 200 with invalid JSON */
	garbage: false,
	/** 200 with an HTML page */
	html: false,
	contentType: '',
	/** bytes of one line without an end */
	longLine: 0,
	/** 200 whose gzip body inflates to this many bytes */
	gzipBomb: 0,
	/** added to the true content-length of an answer that is not streamed */
	lengthDelta: 0,

	// Faults in a stream, each after that many content chunks.
	/** RST */
	resetAt: NEVER,
	/** FIN without the end of the HTTP body */
	finAt: NEVER,
	/** a well-formed end of the HTTP body without the dialect's terminal event */
	endAt: NEVER,
	/** half of the next chunk, then FIN */
	halfAt: NEVER,
	/** half of a UTF-8 character, then FIN */
	utf8At: NEVER,
	/** a chunk that does not parse, then the rest */
	garbageAt: NEVER,
	/** the dialect's error event, then the end */
	errorAt: NEVER,
	/** nothing more for `stallMs` */
	stallAt: NEVER,
	/** length of a stall; 0: for ever */
	stallMs: 0,

	// Odd but legal transport, and bytes after the end.
	/** the body one byte at a time, this many milliseconds apart */
	slowloris: 0,
	/** the body in pieces of this many bytes, whatever the chunks are */
	splitBytes: 0,
	/** SSE lines end in CRLF */
	crlf: false,
	/** an SSE comment before every chunk */
	comments: false,
	/** one more event after the terminal one */
	extraEvents: false,
	/** a second, unsolicited HTTP response on the connection */
	extraResponse: false,
};

/** Everything that one call to the mock upstream can be told to do; see {@link DEFAULT_BEHAVIOUR} for the defaults. */
export type Behaviour = Readonly<typeof FAULTLESS>;

export const DEFAULT_BEHAVIOUR: Behaviour = Object.freeze(FAULTLESS);

/** A part of a behaviour, as an object or as text such as `chunks=20,delay_ms=5,no_usage`. */
export type BehaviourInput = Partial<Behaviour> | string | undefined;

const camel = (name: string): string => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

const isOption = (name: string): name is keyof Behaviour => Object.hasOwn(DEFAULT_BEHAVIOUR, name);

function valueFor(name: keyof Behaviour, text: string | number | boolean): number | boolean | string {
	const fallback = DEFAULT_BEHAVIOUR[name];
	if (typeof fallback === 'string') return String(text);
	if (typeof fallback === 'boolean') return text === true || text === 1 || text === '1' || text === 'true';
	const value = Number(text);
	if (text === '' || Number.isNaN(value)) throw new Error(`mock option ${name} needs a number, not '${String(text)}'`);
	return value;
}

/**
 * Reads a behaviour from text: `name=value` pairs or bare flags, separated by commas, or a JSON object.
 * Names may be in snake or camel case. Throws on an unknown name: a misspelt fault must not pass as health.
 */
export function parseBehaviour(input: BehaviourInput): Partial<Behaviour> {
	if (input === undefined) return {};
	if (typeof input !== 'string') return input;
	const pairs: [string, string | number | boolean][] = input.trim().startsWith('{')
		? Object.entries(JSON.parse(input) as Record<string, string | number | boolean>)
		: input
				.split(',')
				.filter((part) => part.trim() !== '')
				.map((part) => {
					const at = part.indexOf('=');
					return at < 0 ? [part.trim(), '1'] : [part.slice(0, at).trim(), part.slice(at + 1).trim()];
				});
	const behaviour: Record<string, number | boolean | string> = {};
	for (const [raw, value] of pairs) {
		const name = camel(raw);
		if (!isOption(name)) throw new Error(`unknown mock option '${raw}'`);
		behaviour[name] = valueFor(name, value);
	}
	return behaviour;
}

/** Splits `mock:chunks=3,hang` into the plain name and its options; tags such as `mock:latest` are not options. */
export function splitModel(model: string): { name: string; options: string } {
	const at = model.indexOf(':');
	if (at < 0) return { name: model, options: '' };
	const rest = model.slice(at + 1);
	const first = camel(rest.split(/[=,]/, 1)[0] ?? '');
	if (rest.startsWith('{') || rest.includes('=') || isOption(first)) return { name: model.slice(0, at), options: rest };
	return { name: rest === 'latest' ? model.slice(0, at) : model, options: '' };
}

/** Later parts win over earlier ones. */
export function mergeBehaviour(...parts: readonly BehaviourInput[]): Behaviour {
	return Object.assign({}, DEFAULT_BEHAVIOUR, ...parts.map(parseBehaviour)) as Behaviour;
}
