import type { IncomingHttpHeaders } from 'node:http';
import * as anthropic from './anthropic.js';
import { type Behaviour, NEVER, splitModel } from './behaviour.js';
import { deliverFault, deliverStream, deliverWhole } from './delivery.js';
import type { Exchange } from './exchange.js';
import { countWords, planGeneration, textOf } from './generation.js';
import { type GenerationEndpoint, GENERATIONS } from './generations.js';
import { asArray, asObject, asString, type Json } from './json.js';
import * as ollama from './ollama.js';
import * as openai from './openai.js';
import * as responses from './responses.js';

export type DialectName = 'openai' | 'anthropic' | 'ollama';

/** One request and all that is needed to answer it. */
export interface Asked {
	readonly exchange: Exchange;
	readonly dialect: DialectName;
	readonly behaviour: Behaviour;
	readonly models: readonly string[];
	readonly anyModel: boolean;
	/** an error in the dialect's shape */
	readonly refuse: (status: number, message: string) => Promise<void>;
}

export function dialectOf(path: string, headers: IncomingHttpHeaders): DialectName {
	if (path.startsWith('/v1/messages') || headers['anthropic-version'] !== undefined) return 'anthropic';
	return path.startsWith('/v1') ? 'openai' : 'ollama';
}

export function errorBodyFor(
	dialect: DialectName,
	error: { status: number; message: string; requestId: string },
): Json {
	if (dialect === 'anthropic') return anthropic.anthropicErrorBody(error.status, error.message, error.requestId);
	return dialect === 'openai'
		? openai.openaiErrorBody(error.status, error.message)
		: ollama.ollamaErrorBody(error.message);
}

const MISSING: Record<DialectName, (model: string) => string> = {
	openai: openai.openaiModelMissing,
	anthropic: (model) => `model: ${model}`,
	ollama: ollama.ollamaModelMissing,
};

type Handler = (asked: Asked, body: Json) => Promise<void>;

const generate =
	(endpoint: GenerationEndpoint): Handler =>
	async (asked, body) => {
		const { exchange, behaviour } = asked;
		const fault = endpoint.fault(body);
		if (fault !== '') return asked.refuse(400, fault);
		const { id } = exchange.call;
		const plan = planGeneration(id, asString(body.model), endpoint.prompt(body), behaviour);
		const deliver = endpoint.streams(body) ? deliverStream : deliverWhole;
		await deliver(exchange, endpoint.dialect(body, `req_${id}`), plan);
	};

/** Without messages or prompt Ollama loads the model. */
const orLoad =
	(handler: Handler, isChat: boolean): Handler =>
	async (asked, body) => {
		const isLoad = isChat ? asArray(body.messages).length === 0 : asString(body.prompt) === '';
		return isLoad ? asked.exchange.json(200, ollama.ollamaLoad(body, isChat)) : handler(asked, body);
	};

const generations = Object.fromEntries(
	Object.entries(GENERATIONS).map(([path, endpoint]) => [path, generate(endpoint)]),
) as Readonly<Record<string, Handler>>;

/** Usage of a call that has only a prompt; undefined where the behaviour hides it. */
function promptTokens({ behaviour }: Asked, words: number): number | undefined {
	if (behaviour.noUsage) return undefined;
	if (behaviour.zeroUsage) return 0;
	return behaviour.promptTokens === NEVER ? words : behaviour.promptTokens;
}

const embedding =
	(shape: (body: Json, dimensions: number, tokens: number | undefined) => Json): Handler =>
	async (asked, body) => {
		const { exchange, behaviour } = asked;
		if (body.input === undefined && body.prompt === undefined) return asked.refuse(400, "'input' is required.");
		await exchange.pause(behaviour.firstByteMs);
		const texts = [asString(body.prompt), ...openai.embeddingInputs(body.input)];
		const answer = shape(body, behaviour.dimensions, promptTokens(asked, countWords(texts.join(' '))));
		const usage = asObject(answer.usage ?? { prompt_eval_count: answer.prompt_eval_count });
		exchange.log.sent(exchange.call, { kind: 'close', tokens: 0, usage });
		await exchange.json(200, answer);
	};

const countTokens: Handler = async ({ exchange }, body) => {
	const words = countWords(`${textOf(body.system)} ${textOf(body.messages)}`);
	return exchange.json(200, { input_tokens: words });
};

/** Endpoints that name a model in their body. */
const CALLS: Readonly<Record<string, Handler>> = {
	...generations,
	'/v1/responses/input_tokens': async ({ exchange }, body) => exchange.json(200, responses.countedInput(body)),
	'/v1/moderations': async ({ exchange }, body) => exchange.json(200, responses.moderation(body)),
	'/v1/embeddings': embedding(openai.openaiEmbeddings),
	'/v1/messages/count_tokens': countTokens,
	'/api/chat': orLoad(generations['/api/chat'] as Handler, true),
	'/api/generate': orLoad(generations['/api/generate'] as Handler, false),
	'/api/embed': embedding(ollama.ollamaEmbed),
	'/api/embeddings': embedding(ollama.ollamaEmbeddings),
	'/api/show': async ({ exchange }, body) =>
		exchange.json(200, ollama.ollamaShow(splitModel(asString(body.model) || asString(body.name)).name)),
};

const listModels: Handler = async ({ exchange, dialect, models }) =>
	exchange.json(200, dialect === 'anthropic' ? anthropic.anthropicModels(models) : openai.openaiModels(models));

/** Endpoints without a body, for GET and HEAD. */
const VIEWS: Readonly<Record<string, Handler>> = {
	'/': async ({ exchange }) => {
		exchange.head(200, { 'content-type': 'text/plain; charset=utf-8' });
		if (exchange.request.method !== 'HEAD') await exchange.write('Ollama is running');
		await exchange.end();
	},
	'/v1/models': listModels,
	'/api/tags': async ({ exchange, models }) => exchange.json(200, ollama.ollamaTags(models)),
	'/api/ps': async ({ exchange, models }) => exchange.json(200, ollama.ollamaRunning(models)),
	'/api/version': async ({ exchange }) => exchange.json(200, { version: ollama.OLLAMA_VERSION }),
};

const MODEL_PATH = '/v1/models/';

const oneModel: Handler = async (asked) => {
	const { exchange, dialect } = asked;
	const id = decodeURIComponent(exchange.call.path.slice(MODEL_PATH.length));
	if (!isKnown(asked, id)) return asked.refuse(404, MISSING[dialect](id));
	await exchange.json(200, dialect === 'anthropic' ? anthropic.anthropicModel(id) : openai.openaiModel(id));
};

const isKnown = ({ anyModel, models }: Asked, model: string): boolean => {
	const { name } = splitModel(model);
	return anyModel || models.some((known) => known === model || splitModel(known).name === name);
};

function viewOf(path: string, method: string | undefined): Handler | undefined {
	if (method !== 'GET' && method !== 'HEAD') return undefined;
	return path.startsWith(MODEL_PATH) ? oneModel : VIEWS[path];
}

/** Answers one request; what no endpoint serves is 404 in the dialect's shape. */
export async function answerTo(asked: Asked): Promise<void> {
	const { exchange, behaviour, dialect } = asked;
	const { path, method, body } = exchange.call;
	const retry: Record<string, string> =
		behaviour.retryAfter === NEVER ? {} : { 'retry-after': String(behaviour.retryAfter) };
	for (const [name, value] of Object.entries(retry)) exchange.response.setHeader(name, value);
	if (await deliverFault(exchange, behaviour)) return;
	if (behaviour.status !== 0) {
		await exchange.pause(behaviour.firstByteMs);
		return asked.refuse(behaviour.status, `The mock was told to answer ${behaviour.status}.`);
	}
	const handler = method === 'POST' ? CALLS[path] : viewOf(path, method);
	if (handler === undefined) return asked.refuse(404, `Invalid URL (${method} ${path})`);
	if (method !== 'POST') return handler(asked, {});
	if (typeof body !== 'object' || body === null)
		return asked.refuse(400, 'We could not parse the JSON body of your request.');
	const json = asObject(body);
	const model = asString(json.model) || asString(json.name);
	if (model === '') return asked.refuse(400, 'you must provide a model parameter');
	if (!isKnown(asked, model)) return asked.refuse(404, MISSING[dialect](model));
	await handler(asked, json);
}
