/** One event of the stream; `data` is the JSON of its members behind `type`. */
export const eventFrame = (type: string, data: string): string =>
	`event: ${type}\ndata: {"type":"${type}"${data === '' ? '' : ','}${data}}\n\n`;

type Kind = 'text' | 'thinking' | 'redacted' | 'tool';

class Block {
	/** Of a tool: its arguments so far. */
	json = '';
	/** Nothing more may be added. */
	isEnded = false;
	/** Deltas that wait until the block may begin, as JSON. */
	waiting: string[] = [];

	constructor(
		readonly kind: Kind,
		/** JSON of the block as it begins. */
		readonly start: string,
		/** Of a tool: the upstream's index. */
		readonly tool: number | undefined,
	) {}

	/** Whether another block may begin. The arguments of a call are over once they are JSON. */
	get isComplete(): boolean {
		return this.kind !== 'tool' || isJson(this.json);
	}
}

const starts = {
	text: '{"type":"text","text":"","citations":null}',
	thinking: '{"type":"thinking","thinking":"","signature":""}',
} as const;

function isJson(text: string): boolean {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}

/**
 * The blocks of a streamed message: strictly one after the other, though an upstream may give the arguments of several
 * calls in turns. What comes for a later block waits until the one before it is complete, at the latest until the end.
 */
export class StreamBlocks {
	/** The first has begun at the client. */
	private readonly blocks: Block[] = [];
	private index = -1;

	/** A piece of text or of thinking; `delta` as JSON. */
	piece(kind: 'text' | 'thinking', delta: string): string {
		const last = this.blocks.at(-1);
		if (last?.kind === kind && !last.isEnded) return this.delta(last, delta);
		const block = new Block(kind, starts[kind], undefined);
		return this.begin(block) + this.delta(block, delta);
	}

	thinkingEnd(signature: string | undefined): string {
		const last = this.blocks.at(-1);
		if (last?.kind !== 'thinking' || last.isEnded) return '';
		last.isEnded = true;
		return signature === undefined || signature === ''
			? ''
			: this.delta(last, `{"type":"signature_delta","signature":${JSON.stringify(signature)}}`);
	}

	redacted(data: string): string {
		return this.begin(new Block('redacted', JSON.stringify({ type: 'redacted_thinking', data }), undefined));
	}

	tool(tool: number, id: string, name: string): string {
		const start = { type: 'tool_use', id, name, input: {}, caller: { type: 'direct' } };
		return this.begin(new Block('tool', JSON.stringify(start), tool));
	}

	toolArguments(tool: number, json: string): string {
		const block = this.blocks.find((candidate) => candidate.tool === tool);
		if (block === undefined || json === '') return ''; // white space behind arguments that were complete
		block.json += json;
		return this.delta(block, `{"type":"input_json_delta","partial_json":${JSON.stringify(json)}}`);
	}

	/** All that still waits, then the end of the last block. */
	end(): string {
		let out = '';
		while (this.blocks.length > 0) out += this.close();
		return out;
	}

	private begin(block: Block): string {
		this.blocks.push(block);
		if (this.blocks.length === 1) return this.open(block);
		let out = '';
		while (this.blocks.length > 1 && this.blocks[0]?.isComplete === true) out += this.close();
		return out;
	}

	/** Ends the first block and begins the next. */
	private close(): string {
		this.blocks.shift();
		const [next] = this.blocks;
		return eventFrame('content_block_stop', `"index":${this.index}`) + (next === undefined ? '' : this.open(next));
	}

	private open(block: Block): string {
		this.index++;
		const { waiting } = block;
		block.waiting = [];
		const start = eventFrame('content_block_start', `"index":${this.index},"content_block":${block.start}`);
		return start + waiting.map((delta) => this.delta(block, delta)).join('');
	}

	private delta(block: Block, delta: string): string {
		if (block === this.blocks[0]) return eventFrame('content_block_delta', `"index":${this.index},"delta":${delta}`);
		block.waiting.push(delta);
		return '';
	}
}
