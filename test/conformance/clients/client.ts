/** What a client is pointed at. */
export interface Target {
	/** of the gateway, without a path */
	readonly url: string;
	readonly key: string;
	readonly model: string;
	readonly embedder: string;
}

/** An answer as the client's user sees it. */
export interface Said {
	readonly text: string;
	/** all input tokens, those from a cache included */
	readonly input: number | undefined;
	/** all output tokens, those of reasoning included */
	readonly output: number | undefined;
}

/** One client, used the way its documentation says; the parts of the conversation that it has calls for. */
export interface Client {
	chat(prompt: string): Promise<Said>;
	stream(prompt: string): Promise<Said>;
	/** Offers both {@link tools} and demands `weather`. */
	callTool(prompt: string): Promise<{ name: string; input: unknown }>;
	/** Demands an answer in {@link person}'s schema. */
	json(prompt: string): Promise<unknown>;
	look(prompt: string, png: Buffer): Promise<Said>;
	/** Reads a stream to its end, or until the signal. Rejects however the client does when aborted. */
	follow(prompt: string, signal: AbortSignal, onPiece: () => void): Promise<void>;
	embed?(texts: string[]): Promise<number[][]>;
	models?(): Promise<string[]>;
}

export type Dialect = 'openai' | 'anthropic' | 'ollama';

export interface ClientKind {
	readonly name: string;
	readonly dialect: Dialect;
	connect(target: Target): Client;
	/** The HTTP status in an error of this client. */
	statusOf(error: unknown): number | undefined;
}

/** Draft 2020-12, as every client sends schemas. */
export const weather = {
	name: 'weather',
	description: 'The weather of a city',
	parameters: {
		type: 'object' as const,
		properties: { city: { type: 'string' as const }, days: { type: 'integer' as const, minimum: 1 } },
		required: ['city', 'days'],
		additionalProperties: false,
	},
};
export const time = {
	name: 'time',
	description: 'The time in a zone',
	parameters: {
		type: 'object' as const,
		properties: { zone: { type: 'string' as const } },
		required: ['zone'],
		additionalProperties: false,
	},
};
export const tools = [time, weather];

export const person = {
	type: 'object' as const,
	properties: {
		name: { type: 'string' as const },
		age: { type: 'integer' as const },
		tags: { type: 'array' as const, items: { type: 'string' as const } },
	},
	required: ['name', 'age', 'tags'],
	additionalProperties: false,
};

/** The number that sits under one of these names in an error. */
export const statusIn =
	(...names: string[]) =>
	(error: unknown): number | undefined => {
		const found = names.map((name) => (error as Record<string, unknown> | undefined)?.[name]);
		return found.find((value): value is number => typeof value === 'number');
	};

export const sum = (...counts: (number | null | undefined)[]): number | undefined =>
	counts.every((count) => typeof count !== 'number')
		? undefined
		: counts.reduce<number>((total, count) => total + (count ?? 0), 0);
