import { OpenAI6, OpenAI7 } from '../../clients/index.js';
import { type Client, type ClientKind, person, type Said, statusIn, type Target, tools, weather } from './client.js';

type Sdk = typeof OpenAI7;
type Usage = { prompt_tokens?: number; completion_tokens?: number } | null | undefined;

const said = (text: string | null | undefined, usage: Usage): Said => ({
	text: text ?? '',
	input: usage?.prompt_tokens,
	output: usage?.completion_tokens,
});

const user = (content: string) => [{ role: 'user' as const, content }];
const offered = tools.map((tool) => ({ type: 'function' as const, function: tool }));

function chatClient(OpenAI: Sdk, { url, key, model, embedder }: Target): Client {
	const client = new OpenAI({ apiKey: key, baseURL: `${url}/openai/v1`, maxRetries: 0 });
	const { completions } = client.chat;
	return {
		async chat(prompt) {
			const answer = await completions.create({ model, messages: user(prompt) });
			return said(answer.choices[0]?.message.content, answer.usage);
		},
		async stream(prompt) {
			const options = { include_usage: true };
			const stream = completions.stream({ model, messages: user(prompt), stream_options: options });
			const answer = await stream.finalChatCompletion(); // the strictest reader: role, finish, indexes
			return said(answer.choices[0]?.message.content, answer.usage);
		},
		async callTool(prompt) {
			const choice = { type: 'function' as const, function: { name: weather.name } };
			const answer = await completions.create({ model, messages: user(prompt), tools: offered, tool_choice: choice });
			const call = answer.choices[0]?.message.tool_calls?.[0];
			if (call?.type !== 'function') throw new Error(`no tool call: ${JSON.stringify(answer)}`);
			return { name: call.function.name, input: JSON.parse(call.function.arguments) as unknown };
		},
		async json(prompt) {
			const format = { type: 'json_schema' as const, json_schema: { name: 'person', schema: person, strict: true } };
			const answer = await completions.parse({ model, messages: user(prompt), response_format: format });
			return JSON.parse(answer.choices[0]?.message.content ?? '') as unknown;
		},
		async look(prompt, png) {
			const image = { url: `data:image/png;base64,${png.toString('base64')}` };
			const content = [
				{ type: 'image_url' as const, image_url: image },
				{ type: 'text' as const, text: prompt },
			];
			const answer = await completions.create({ model, messages: [{ role: 'user', content }] });
			return said(answer.choices[0]?.message.content, answer.usage);
		},
		async follow(prompt, signal, onPiece) {
			const stream = await completions.create({ model, messages: user(prompt), stream: true }, { signal });
			for await (const _chunk of stream) onPiece();
		},
		async embed(input) {
			const { data } = await client.embeddings.create({ model: embedder, input });
			return data.map(({ embedding }) => embedding);
		},
		async models() {
			const ids: string[] = [];
			for await (const { id } of client.models.list()) ids.push(id);
			return ids;
		},
	};
}

const kind = (name: string, OpenAI: Sdk): ClientKind => ({
	name,
	dialect: 'openai',
	connect: (target) => chatClient(OpenAI, target),
	statusOf: statusIn('status'),
});

export const openAiKinds: readonly ClientKind[] = [
	kind('openai 6.49', OpenAI6 as unknown as Sdk),
	kind('openai 7.55', OpenAI7),
];
