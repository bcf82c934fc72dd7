import { createHash } from 'node:crypto';
import { isChatGpt, readChatGpt } from './chatgpt.js';
import { isClaude, readClaude } from './claude.js';
import type { ImportedConversation, RawConversation } from './imported.js';
import {
	isChatbotUi,
	isOpenAiMessages,
	isShareGpt,
	readChatbotUi,
	readOpenAiMessages,
	readShareGpt,
} from './in-a-row.js';
import { isLibreChat, readLibreChat } from './librechat.js';
import { isOpenWebui, readOpenWebui } from './open-webui.js';
import { isOwn, readOwn } from './own.js';
import { tidy } from './tidy.js';
import { isObject, type Json, listOf } from './values.js';

/** The particular before the general. */
const readers: readonly (readonly [(value: Json) => boolean, (value: Json) => RawConversation])[] = [
	[isOwn, readOwn],
	[isChatGpt, readChatGpt],
	[isClaude, readClaude],
	[isOpenWebui, readOpenWebui],
	[isLibreChat, readLibreChat],
	[isShareGpt, readShareGpt],
	[isChatbotUi, readChatbotUi],
	[isOpenAiMessages, readOpenAiMessages],
];

/** What files wrap their conversations in: ChatbotUI's `history`, and lists by other names. */
export function conversationsIn(value: unknown): readonly unknown[] {
	if (!isObject(value) || readers.some(([isMeant]) => isMeant(value))) return [value];
	for (const name of ['history', 'chats', 'data']) if (Array.isArray(value[name])) return listOf(value[name]);
	return [value];
}

/**
 * One conversation of a file, whoever wrote it. What has no id there gets one of its content, so that it is known again.
 * @throws Error saying why it is none
 */
export function readConversation(value: unknown): ImportedConversation {
	if (!isObject(value)) throw new Error('It is no object');
	const reader = readers.find(([isMeant]) => isMeant(value));
	if (reader === undefined) throw new Error('It is no conversation of a known format');
	const raw = reader[1](value);
	const read = tidy(raw);
	return read.key === '' ? { ...read, key: contentKey(value) } : read;
}

const contentKey = (value: Json): string =>
	createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
