import {
	type ChatMessage,
	type ContentPart,
	type ReasoningPart,
	textMessage,
	type ToolCall,
	type Untranslatable,
} from '#libs/providers';
import { Fields } from '../../fields.js';
import { filePart, imagePart, wrongImage } from '../parts.js';
import { unwrappedReasoning } from './reasoning-wrap.js';

/**
 * The items of a request as messages. What a model said in one turn (thinking, text, calls) comes as an item each and is one
 * message here; tools' answers follow it.
 */
export function messagesOf(fields: Fields, lost: Untranslatable): ChatMessage[] {
	const reader = new InputReader(lost);
	const instructions = fields.string('instructions');
	if (instructions !== undefined) reader.messages.push(textMessage('system', instructions));
	const input = fields.raw('input');
	if (typeof input === 'string') reader.messages.push(textMessage('user', input));
	else for (const item of fields.objects('input')) reader.item(item);
	reader.endTurn();
	return reader.messages;
}

/** What the model said since somebody else spoke. */
interface Turn {
	readonly parts: ContentPart[];
	readonly reasoning: ReasoningPart[];
	readonly toolCalls: ToolCall[];
}

class InputReader {
	readonly messages: ChatMessage[] = [];
	private turn: Turn | undefined;

	constructor(private readonly lost: Untranslatable) {}

	item(item: Fields): void {
		const type = item.string('type') ?? 'message';
		switch (type) {
			case 'message':
				return this.message(item);
			case 'reasoning':
				this.open().reasoning.push(reasoningOf(item));
				return;
			case 'function_call':
				this.open().toolCalls.push(callOf(item));
				return;
			case 'function_call_output':
				return this.toolAnswer(item);
			default:
				this.lost.add('input', `holds an item of the type ${type}, which is not supported for this model`);
		}
	}

	/** Whatever the model has said becomes a message. */
	endTurn(): void {
		const { turn } = this;
		this.turn = undefined;
		if (turn !== undefined) this.messages.push({ ...textMessage('assistant', ''), ...turn });
	}

	private open(): Turn {
		this.turn ??= { parts: [], reasoning: [], toolCalls: [] };
		return this.turn;
	}

	private message(item: Fields): void {
		const role = item.string('role');
		const parts = partsOf(item, 'content');
		if (role === 'assistant') return void this.open().parts.push(...parts);
		if (role !== 'user' && role !== 'system' && role !== 'developer')
			throw item.wrong('role', 'one of system, developer, user, assistant');
		this.endTurn();
		this.messages.push({ ...textMessage(role === 'developer' ? 'system' : role, ''), parts });
	}

	private toolAnswer(item: Fields): void {
		this.endTurn();
		const toolCallId = item.string('call_id');
		if (toolCallId === undefined) throw item.wrong('call_id', 'a string');
		this.messages.push({ ...textMessage('tool', ''), parts: partsOf(item, 'output'), toolCallId });
	}
}

function callOf(item: Fields): ToolCall {
	const id = item.string('call_id');
	const name = item.string('name');
	if (id === undefined) throw item.wrong('call_id', 'a string');
	if (name === undefined) throw item.wrong('name', 'a string');
	return { id, name, arguments: item.string('arguments') ?? '' };
}

function reasoningOf(item: Fields): ReasoningPart {
	const thinking = item.objects('content').map((part) => part.string('text') ?? '');
	const summary = item.objects('summary').map((part) => part.string('text') ?? '');
	return unwrappedReasoning((thinking.length > 0 ? thinking : summary).join('\n'), item.string('encrypted_content'));
}

function partsOf(item: Fields, name: string): ContentPart[] {
	const content = item.raw(name);
	if (content === undefined || content === '') return [];
	if (typeof content === 'string') return [{ type: 'text', text: content }];
	return item.objects(name).map(partOf);
}

function partOf(part: Fields): ContentPart {
	switch (part.string('type')) {
		case 'input_text':
		case 'output_text':
		case 'text':
			return { type: 'text', text: part.string('text') ?? '' };
		case 'refusal':
			return { type: 'text', text: part.string('refusal') ?? '' };
		case 'input_image':
			return imagePart(part.string('image_url') ?? '', part.string('detail'), () => wrongImage(part, 'image_url'));
		case 'input_audio': {
			const audio = part.object('input_audio');
			return { type: 'audio', base64: audio?.string('data') ?? '', format: audio?.string('format') ?? 'wav' };
		}
		case 'input_file':
			return filePart(part, part);
		default:
			throw part.unsupported('type', `${JSON.stringify(part.raw('type'))} is not supported for this model`);
	}
}
