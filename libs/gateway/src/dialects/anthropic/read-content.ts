import type { CacheHint, ChatMessage, ContentPart, ReasoningPart, ToolCall, Untranslatable } from '#libs/providers';
import { Fields } from '../fields.js';

/** A message's blocks, sorted by what the canonical chat makes of them. */
export interface ReadContent {
	readonly parts: ContentPart[];
	readonly reasoning: ReasoningPart[];
	readonly toolCalls: ToolCall[];
	/** Answers of tools, each a message of its own there. */
	readonly results: ChatMessage[];
}

const cacheOf = (block: Fields): { cache?: CacheHint } => {
	const hint = block.object('cache_control');
	return hint === undefined ? {} : { cache: { ttl: hint.string('ttl') } };
};

/** The content under `name`: a text, or blocks. */
export function readContent(message: Fields, name: string, lost: Untranslatable): ReadContent {
	const read: ReadContent = { parts: [], reasoning: [], toolCalls: [], results: [] };
	const content = message.raw(name);
	if (typeof content === 'string') read.parts.push(...textPart(content));
	else for (const block of message.objects(name)) readBlock(block, read, lost);
	return read;
}

const textPart = (text: string, hint: { cache?: CacheHint } = {}): ContentPart[] =>
	text === '' ? [] : [{ type: 'text', text, ...hint }];

function readBlock(block: Fields, read: ReadContent, lost: Untranslatable): void {
	switch (block.string('type')) {
		case 'thinking':
			read.reasoning.push({
				text: block.string('thinking') ?? '',
				vendor: 'anthropic',
				signature: block.string('signature'),
				redacted: undefined,
			});
			return;
		case 'redacted_thinking':
			read.reasoning.push({ text: '', vendor: 'anthropic', signature: undefined, redacted: block.string('data') });
			return;
		case 'tool_use':
			read.toolCalls.push({
				id: block.string('id') ?? '',
				name: block.string('name') ?? '',
				arguments: JSON.stringify(block.raw('input') ?? {}),
			});
			return;
		case 'tool_result':
			readResult(block, read, lost);
			return;
		default:
			read.parts.push(...partsOf(block, lost));
	}
}

/** Other protocols take texts from tools only: what else a tool brought goes on as the user's, right behind the results. */
function readResult(block: Fields, read: ReadContent, lost: Untranslatable): void {
	const parts =
		typeof block.raw('content') === 'string'
			? textPart(block.string('content') ?? '')
			: block.objects('content').flatMap((part) => partsOf(part, lost));
	read.results.push({
		role: 'tool',
		parts: parts.filter(({ type }) => type === 'text'),
		reasoning: [],
		toolCalls: [],
		toolCallId: block.string('tool_use_id'),
		toolName: undefined,
		isError: block.boolean('is_error') ?? false,
	});
	read.parts.push(...parts.filter(({ type }) => type !== 'text'));
}

/** What a block says or shows. @throws AppError invalid, through `lost`, for what no other protocol has */
function partsOf(block: Fields, lost: Untranslatable): ContentPart[] {
	switch (block.string('type')) {
		case 'text':
			return textPart(block.string('text') ?? '', cacheOf(block));
		case 'image':
			return imageOf(block, lost);
		case 'document':
			return documentOf(block, lost);
		case 'search_result':
			return searchResultOf(block);
		default:
			lost.add(block.nameOf('type'), `${JSON.stringify(block.raw('type'))} is not supported for this model`);
			return [];
	}
}

function imageOf(block: Fields, lost: Untranslatable): ContentPart[] {
	const source = block.object('source') ?? new Fields({});
	switch (source.string('type')) {
		case 'base64':
			return [
				{
					type: 'image',
					base64: source.string('data') ?? '',
					mediaType: source.string('media_type'),
					...cacheOf(block),
				},
			];
		case 'url':
			return [{ type: 'image_url', url: source.string('url') ?? '', ...cacheOf(block) }];
		default:
			return unknownSource(block, lost);
	}
}

function documentOf(block: Fields, lost: Untranslatable): ContentPart[] {
	const source = block.object('source') ?? new Fields({});
	const title = block.string('title');
	switch (source.string('type')) {
		case 'base64':
			return [
				{
					type: 'file',
					base64: source.string('data') ?? '',
					mediaType: source.string('media_type') ?? 'application/pdf',
					name: title,
					...cacheOf(block),
				},
			];
		case 'text':
			return textPart(headed(block, source.string('data') ?? ''), cacheOf(block));
		case 'content': {
			const inner = source.raw('content');
			if (typeof inner === 'string') return textPart(headed(block, inner), cacheOf(block));
			return [...textPart(headed(block, '')), ...source.objects('content').flatMap((part) => partsOf(part, lost))];
		}
		default:
			return unknownSource(block, lost);
	}
}

/** A document's text below its title and context. */
const headed = (block: Fields, text: string): string =>
	[block.string('title'), block.string('context'), text]
		.filter((piece) => piece !== undefined && piece !== '')
		.join('\n');

const searchResultOf = (block: Fields): ContentPart[] =>
	textPart(
		[
			block.string('title') ?? '',
			block.string('source') ?? '',
			...block.objects('content').map((part) => part.string('text') ?? ''),
		].join('\n'),
		cacheOf(block),
	);

function unknownSource(block: Fields, lost: Untranslatable): [] {
	const type = block.object('source')?.raw('type');
	lost.add(block.nameOf('source'), `of the type ${JSON.stringify(type)} is not supported for this model`);
	return [];
}
