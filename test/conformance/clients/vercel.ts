import { ai, createAnthropic, createOllama, createOpenAI } from '../../clients/index.js';
import {
	type Client,
	type ClientKind,
	type Dialect,
	person,
	statusIn,
	type Target,
	time,
	type tools,
	weather,
} from './client.js';

interface Models {
	readonly chat: ai.LanguageModel;
	readonly embedder?: ai.EmbeddingModel;
}

const connectors: Record<Dialect, (target: Target) => Models> = {
	openai: ({ url, key, model, embedder }) => {
		const provider = createOpenAI({ baseURL: `${url}/openai/v1`, apiKey: key });
		return { chat: provider.chat(model), embedder: provider.embedding(embedder) };
	},
	anthropic: ({ url, key, model }) => ({
		chat: createAnthropic({ baseURL: `${url}/anthropic/v1`, apiKey: key })(model),
	}),
	ollama: ({ url, key, model, embedder }) => {
		const provider = createOllama({ baseURL: `${url}/ollama/api`, headers: { authorization: `Bearer ${key}` } });
		return { chat: provider.chat(model), embedder: provider.embedding(embedder) };
	},
};

const offer = ({ description, parameters }: (typeof tools)[number]) =>
	ai.tool({ description, inputSchema: ai.jsonSchema(parameters) });

function client({ chat: model, embedder }: Models, demands: boolean): Client {
	const common = { model, maxRetries: 0 };
	const usage = ({ inputTokens, outputTokens }: ai.LanguageModelUsage) => ({
		input: inputTokens,
		output: outputTokens,
	});
	return {
		async chat(prompt) {
			const answer = await ai.generateText({ ...common, prompt });
			return { text: answer.text, ...usage(answer.usage) };
		},
		async stream(prompt) {
			const answer = ai.streamText({ ...common, prompt, onError: () => undefined });
			return { text: await answer.text, ...usage(await answer.usage) };
		},
		async callTool(prompt) {
			const answer = demands
				? await ai.generateText({
						...common,
						prompt,
						tools: { time: offer(time), weather: offer(weather) },
						toolChoice: { type: 'tool', toolName: 'weather' },
					})
				: await ai.generateText({ ...common, prompt, tools: { weather: offer(weather) } });
			const call = answer.toolCalls[0];
			if (call === undefined) throw new Error(`no tool call: ${answer.text}`);
			return { name: call.toolName, input: call.input };
		},
		async json(prompt) {
			const output = ai.Output.object({ schema: ai.jsonSchema(person) });
			return (await ai.generateText({ ...common, prompt, output })).output;
		},
		async look(prompt, png) {
			const content = [
				{ type: 'file' as const, data: png.toString('base64'), mediaType: 'image/png' },
				{ type: 'text' as const, text: prompt },
			];
			const answer = await ai.generateText({ ...common, messages: [{ role: 'user', content }] });
			return { text: answer.text, ...usage(answer.usage) };
		},
		async follow(prompt, abortSignal, onPiece) {
			const answer = ai.streamText({ ...common, prompt, abortSignal, onError: () => undefined });
			for await (const _piece of answer.textStream) onPiece();
		},
		...(embedder === undefined
			? {}
			: {
					embed: async (values: string[]) =>
						(await ai.embedMany({ model: embedder, values, maxRetries: 0 })).embeddings,
				}),
	};
}

const kind = (name: string, dialect: Dialect, demands = true): ClientKind => ({
	name,
	dialect,
	connect: (target) => client(connectors[dialect](target), demands),
	statusOf: statusIn('statusCode'),
});

export const vercelKinds: readonly ClientKind[] = [
	kind('ai 7 with @ai-sdk/openai 4', 'openai'),
	kind('ai 7 with @ai-sdk/anthropic 4', 'anthropic'),
	kind('ai 7 with ollama-ai-provider-v2 4', 'ollama', false),
];
