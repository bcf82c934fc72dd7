import {
	type AIMessage,
	ChatOllama,
	ChatOpenAI,
	HumanMessage,
	OllamaEmbeddings,
	OpenAIEmbeddings,
} from '../../clients/index.js';
import { type Client, type ClientKind, person, type Said, statusIn, type Target, tools, weather } from './client.js';

type Model = ChatOpenAI | ChatOllama;
type Embedder = OpenAIEmbeddings | OllamaEmbeddings;

const said = ({ text, usage_metadata: usage }: AIMessage): Said => ({
	text,
	input: usage?.input_tokens,
	output: usage?.output_tokens,
});
const definition = (tool: (typeof tools)[number]) => ({ type: 'function' as const, function: tool });

function client(model: Model, embedder: Embedder, demands: boolean): Omit<Client, 'follow'> {
	return {
		chat: async (prompt) => said(await model.invoke(prompt)),
		async stream(prompt) {
			let text = '';
			const counts: { input?: number | undefined; output?: number | undefined } = {};
			for await (const chunk of await model.stream(prompt)) {
				text += chunk.text;
				counts.input = chunk.usage_metadata?.input_tokens ?? counts.input;
				counts.output = chunk.usage_metadata?.output_tokens ?? counts.output;
			}
			return { text, input: counts.input, output: counts.output };
		},
		async callTool(prompt) {
			const offered = tools.filter(({ name }) => demands || name === weather.name).map(definition);
			const bound = demands
				? (model as ChatOpenAI).bindTools(offered, { tool_choice: weather.name })
				: model.bindTools(offered);
			const call = (await bound.invoke(prompt)).tool_calls?.[0];
			if (call === undefined) throw new Error('no tool call');
			return { name: call.name, input: call.args };
		},
		json: async (prompt) =>
			(await model.withStructuredOutput(person, { method: 'jsonSchema', name: 'person' }).invoke(prompt)) as unknown,
		async look(prompt, png) {
			const image = { url: `data:image/png;base64,${png.toString('base64')}` };
			const content = [
				{ type: 'image_url' as const, image_url: image },
				{ type: 'text' as const, text: prompt },
			];
			return said(await model.invoke([new HumanMessage({ content })]));
		},
		embed: (texts) => embedder.embedDocuments(texts),
	};
}

async function follow(model: Model, prompt: string, signal: AbortSignal, onPiece: () => void): Promise<void> {
	for await (const _chunk of await model.stream(prompt, { signal })) onPiece();
}

const openAi = ({ url, key, model, embedder: embeddingModel }: Target): Client => {
	const configuration = { baseURL: `${url}/openai/v1` };
	const common = { apiKey: key, configuration, maxRetries: 0 };
	const chat = new ChatOpenAI({ ...common, model });
	const embedder = new OpenAIEmbeddings({ ...common, model: embeddingModel });
	return { ...client(chat, embedder, true), follow: (...call) => follow(chat, ...call) };
};

const ollama = ({ url, key, model, embedder }: Target): Client => {
	const common = { baseUrl: `${url}/ollama`, maxRetries: 0, headers: { authorization: `Bearer ${key}` } };
	const chat = new ChatOllama({ ...common, model });
	return {
		...client(chat, new OllamaEmbeddings({ ...common, model: embedder }), false),
		/** Left to itself it closes the connection only with the next piece, and then those of all its calls. */
		follow(prompt, signal, onPiece) {
			const closing: typeof fetch = (input, init) => fetch(input, { ...init, signal });
			return follow(new ChatOllama({ ...common, model, fetch: closing }), prompt, signal, onPiece);
		},
	};
};

export const langChainKinds: readonly ClientKind[] = [
	{ name: '@langchain/openai 1.6', dialect: 'openai', connect: openAi, statusOf: statusIn('status') },
	{ name: '@langchain/ollama 1.3', dialect: 'ollama', connect: ollama, statusOf: statusIn('status_code') },
];
