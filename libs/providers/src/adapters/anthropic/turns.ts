import { type ChatMessage, type ContentPart, type ToolCall, toolAnswerText } from '../../chat.js';
import type { Untranslatable } from '../../untranslatable.js';
import { type Block, blockOf, nobodyAsks } from './content.js';
import { argumentsObject } from '../../wire/arguments.js';

interface Turn {
	readonly role: 'user' | 'assistant';
	content: Block[];
}

interface Open {
	readonly id: string;
	readonly call: ToolCall;
}

/**
 * A conversation as turns of user and assistant that alternate and begin with the user: what follows of the same side is
 * joined, results of tools stand first in the turn after their calls, ids of calls are legal and unique.
 */
export class Turns {
	private readonly turns: Turn[] = [];
	private readonly ids = new Set<string>();
	/** Calls of the last assistant message that have no result yet. */
	private open: Open[] = [];

	constructor(private readonly lost: Untranslatable) {}

	add(message: ChatMessage): void {
		const { role } = message;
		if (role === 'tool') return this.put('user', this.result(message));
		if (role === 'assistant') return this.put('assistant', this.answer(message));
		this.put('user', this.blocks(message.parts)); // a later word of the system joins the user's turn
	}

	/** @throws AppError invalid when nobody asks anything */
	all(): readonly Turn[] {
		const { turns } = this;
		if (turns.length === 0) throw nobodyAsks();
		if (turns[0]?.role === 'assistant') turns.unshift({ role: 'user', content: [{ type: 'text', text: 'Continue.' }] });
		for (const turn of turns) if (turn.role === 'user') turn.content = resultsFirst(turn.content);
		trimEnd(turns.at(-1));
		return turns;
	}

	private put(role: Turn['role'], content: Block[]): void {
		const last = this.turns.at(-1);
		if (last?.role === role) last.content.push(...content);
		else if (content.length > 0) this.turns.push({ role, content });
	}

	private blocks(parts: readonly ContentPart[]): Block[] {
		return parts.flatMap((part) => blockOf(part, this.lost));
	}

	/** Thinking goes back only to the vendor that signed it; elsewhere it is left out. */
	private answer({ parts, reasoning, toolCalls }: ChatMessage): Block[] {
		const thinking = reasoning.flatMap(({ vendor, text, signature, redacted }): Block[] => {
			if (vendor !== 'anthropic') return [];
			if (redacted !== undefined) return [{ type: 'redacted_thinking', data: redacted }];
			return signature === undefined || signature === '' ? [] : [{ type: 'thinking', thinking: text, signature }];
		});
		const calls = toolCalls.map((call) => ({ id: this.unique(call.id), call }));
		this.open = this.turns.at(-1)?.role === 'assistant' ? [...this.open, ...calls] : calls;
		const uses = calls.map(({ id, call }) => ({
			type: 'tool_use',
			id,
			name: call.name,
			input: argumentsObject(call.arguments),
		}));
		return [...thinking, ...this.blocks(parts), ...uses];
	}

	private result(message: ChatMessage): Block[] {
		const id = this.idOfResult(message);
		// of no call that is open: the API would refuse it, the model may still want to know
		if (id === undefined) return [{ type: 'text', text: `A tool answered: ${toolAnswerText(message)}` }];
		const blocks = this.blocks(message.parts);
		const [first] = blocks;
		const content = blocks.length === 1 && first?.type === 'text' ? first.text : blocks;
		return [
			{
				type: 'tool_result',
				tool_use_id: id,
				content: blocks.length === 0 ? undefined : content,
				is_error: message.isError ? true : undefined,
			},
		];
	}

	/** By the call's id, else (Ollama) by the tool's name, else in order. */
	private idOfResult({ toolCallId, toolName }: ChatMessage): string | undefined {
		const { open } = this;
		const byId = open.findIndex(({ call }) => call.id === toolCallId);
		const byName = open.findIndex(({ call }) => call.name === toolName);
		const at = toolCallId !== undefined ? byId : toolName !== undefined ? byName : open.length > 0 ? 0 : -1;
		if (at === -1) return undefined;
		const [found] = open.splice(at, 1);
		return found?.id;
	}

	/** Clients of other protocols may use an id again in a later turn. */
	private unique(wanted: string): string {
		const legal = wanted.replaceAll(/[^\w-]/g, '_') || 'call';
		let id = legal;
		for (let n = 2; this.ids.has(id); n++) id = `${legal}_${n}`;
		this.ids.add(id);
		return id;
	}
}

function resultsFirst(content: readonly Block[]): Block[] {
	const isResult = ({ type }: Block): boolean => type === 'tool_result';
	return [...content.filter(isResult), ...content.filter((block) => !isResult(block))];
}

/** An answer that the model shall go on with must not end in white space. */
function trimEnd(turn: Turn | undefined): void {
	const last = turn?.content.at(-1);
	if (turn?.role !== 'assistant' || last?.type !== 'text') return;
	const text = String(last.text).trimEnd();
	turn.content = [...turn.content.slice(0, -1), ...(text === '' ? [] : [{ ...last, text }])];
}
