import { Anthropic0, Anthropic1 } from '../../clients/index.js';
import {
	type Client,
	type ClientKind,
	person,
	type Said,
	statusIn,
	sum,
	type Target,
	tools,
	weather,
} from './client.js';

type Sdk = typeof Anthropic1;
interface Message {
	readonly content: readonly { readonly type: string; readonly text?: string }[];
	readonly usage: {
		readonly input_tokens: number;
		readonly output_tokens: number;
		readonly cache_read_input_tokens: number | null;
		readonly cache_creation_input_tokens: number | null;
	};
}

const textOf = ({ content }: Message): string =>
	content.map((block) => (block.type === 'text' ? block.text : '')).join('');

function said(message: Message): Said {
	const { usage } = message;
	const input = sum(usage.input_tokens, usage.cache_read_input_tokens, usage.cache_creation_input_tokens);
	return { text: textOf(message), input, output: usage.output_tokens };
}

const user = (content: string) => [{ role: 'user' as const, content }];
const offered = tools.map(({ name, description, parameters }) => ({ name, description, input_schema: parameters }));

function client(Anthropic: Sdk, { url, key, model }: Target): Client {
	const sdk = new Anthropic({ apiKey: key, baseURL: `${url}/anthropic`, maxRetries: 0 });
	const request = (prompt: string) => ({ model, max_tokens: 4_096, messages: user(prompt) });
	return {
		chat: async (prompt) => said(await sdk.messages.create(request(prompt))),
		stream: async (prompt) => said(await sdk.messages.stream(request(prompt)).finalMessage()),
		async callTool(prompt) {
			const tool_choice = { type: 'tool' as const, name: weather.name };
			const { content } = await sdk.messages.create({ ...request(prompt), tools: offered, tool_choice });
			const call = content.find((block) => block.type === 'tool_use');
			if (call === undefined) throw new Error(`no tool call: ${JSON.stringify(content)}`);
			return { name: call.name, input: call.input };
		},
		async json(prompt) {
			const output_config = { format: { type: 'json_schema' as const, schema: person } };
			const message = await sdk.messages.create({ ...request(prompt), output_config });
			return JSON.parse(textOf(message)) as unknown;
		},
		async look(prompt, png) {
			const source = { type: 'base64' as const, media_type: 'image/png' as const, data: png.toString('base64') };
			const content = [
				{ type: 'image' as const, source },
				{ type: 'text' as const, text: prompt },
			];
			const messages = [{ role: 'user' as const, content }];
			return said(await sdk.messages.create({ model, max_tokens: 4_096, messages }));
		},
		async follow(prompt, signal, onPiece) {
			const stream = await sdk.messages.create({ ...request(prompt), stream: true }, { signal });
			for await (const _event of stream) onPiece();
		},
		async models() {
			const ids: string[] = [];
			for await (const { id } of sdk.models.list()) ids.push(id);
			return ids;
		},
	};
}

const kind = (name: string, Anthropic: Sdk): ClientKind => ({
	name,
	dialect: 'anthropic',
	connect: (target) => client(Anthropic, target),
	statusOf: statusIn('status'),
});

export const anthropicKinds: readonly ClientKind[] = [
	kind('@anthropic-ai/sdk 0.137', Anthropic0 as unknown as Sdk),
	kind('@anthropic-ai/sdk 1.14', Anthropic1),
];
