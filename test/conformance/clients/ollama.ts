import { Ollama } from '../../clients/index.js';
import { type Client, type ClientKind, person, type Said, statusIn, type Target, tools, weather } from './client.js';

const user = (content: string) => [{ role: 'user', content }];

function client({ url, key, model, embedder }: Target): Client {
	const headers = { authorization: `Bearer ${key}` };
	const connect = (signal?: AbortSignal) =>
		new Ollama({
			host: `${url}/ollama`,
			headers,
			...(signal === undefined ? {} : { fetch: (input, init) => fetch(input, { ...init, signal }) }),
		});
	const ollama = connect();
	const said = (answer: Awaited<ReturnType<typeof ollama.chat>>): Said => ({
		text: answer.message.content,
		input: answer.prompt_eval_count,
		output: answer.eval_count,
	});
	return {
		chat: async (prompt) => said(await ollama.chat({ model, messages: user(prompt) })),
		async stream(prompt) {
			let text = '';
			let last: Said | undefined;
			for await (const chunk of await ollama.chat({ model, messages: user(prompt), stream: true })) {
				text += chunk.message.content;
				last = said(chunk);
			}
			return { text, input: last?.input, output: last?.output };
		},
		/** The protocol knows no choice among tools: only one is offered. */
		async callTool(prompt) {
			const offered = tools.filter(({ name }) => name === weather.name);
			const definitions = offered.map((tool) => ({ type: 'function', function: tool }));
			const { message } = await ollama.chat({ model, messages: user(prompt), tools: definitions });
			const call = message.tool_calls?.[0];
			if (call === undefined) throw new Error(`no tool call: ${JSON.stringify(message)}`);
			return { name: call.function.name, input: call.function.arguments };
		},
		async json(prompt) {
			const { message } = await ollama.chat({ model, messages: user(prompt), format: person });
			return JSON.parse(message.content) as unknown;
		},
		async look(prompt, png) {
			const messages = [{ role: 'user', content: prompt, images: [png.toString('base64')] }];
			return said(await ollama.chat({ model, messages }));
		},
		async follow(prompt, signal, onPiece) {
			for await (const _chunk of await connect(signal).chat({ model, messages: user(prompt), stream: true })) onPiece();
		},
		embed: async (input) => (await ollama.embed({ model: embedder, input })).embeddings,
		models: async () => (await ollama.list()).models.map(({ name }) => name),
	};
}

export const ollamaKinds: readonly ClientKind[] = [
	{ name: 'ollama 0.6.4', dialect: 'ollama', connect: client, statusOf: statusIn('status_code') },
];
