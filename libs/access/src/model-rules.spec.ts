import { describe, expect, it } from '@jest/globals';
import { coversRule, modelAccessOf, type ModelRule } from './model-rules.js';

const open: ModelRule = { dialects: null, allow: null, deny: [] };
const rule = (change: Partial<ModelRule>): ModelRule => ({ ...open, ...change });

describe('model access', () => {
	it('is not there when nothing is restricted, or a role is open', () => {
		for (const groups of [[], [null], [[]], [[open]], [[rule({ deny: ['x'] }), open]]])
			expect(modelAccessOf(groups)).toBeUndefined();
	});

	it('takes what is allowed and not denied, by name and by what is behind the name', () => {
		const access = modelAccessOf([[rule({ allow: ['gpt-4*', 'fast'], deny: ['*-PREVIEW', 'o1'] })]]);
		expect(access?.allows('openai', 'gpt-4o')).toBe(true);
		expect(access?.allows('openai', 'gpt-3.5')).toBe(false);
		expect(access?.allows('openai', 'gpt-4-preview')).toBe(false);
		expect(access?.allows('openai', 'GPT-4o')).toBe(false);
		expect(access?.allows('openai', 'fast', 'llama3')).toBe(true);
		expect(access?.allows('openai', 'fast', 'o1')).toBe(false);
		expect(access?.allows('openai', 'fast', 'o1')).toBe(false); // remembered
	});

	it('takes a name with and without :latest as the same', () => {
		const access = modelAccessOf([[rule({ allow: ['llama3', 'qwen:latest'], deny: ['mistral:latest'] })]]);
		expect(['llama3', 'llama3:latest', 'qwen', 'qwen:latest'].map((name) => access?.allows('ollama', name))).toEqual([
			true,
			true,
			true,
			true,
		]);
		expect(access?.allows('ollama', 'llama3:8b')).toBe(false);
		const denied = modelAccessOf([[rule({ deny: ['mistral:latest'] })]]);
		expect(denied?.allows('ollama', 'mistral')).toBe(false);
	});

	it('needs one rule of each group, wholly', () => {
		const ollamaOrGpt = [rule({ dialects: ['ollama'] }), rule({ allow: ['gpt-*'] })];
		const access = modelAccessOf([ollamaOrGpt, [rule({ deny: ['gpt-5'] })]]);
		expect(access?.allows('ollama', 'llama3')).toBe(true);
		expect(access?.allows('openai', 'llama3')).toBe(false);
		expect(access?.allows('openai', 'gpt-4')).toBe(true);
		expect(access?.allows('openai', 'gpt-5')).toBe(false);
		expect(access?.allowsDialect('openai')).toBe(true);
		expect(modelAccessOf([[rule({ dialects: ['ollama'] })]])?.allowsDialect('openai')).toBe(false);
		expect(modelAccessOf([[rule({ dialects: [] })]])?.allowsDialect('openai')).toBe(false);
	});
});

it('nobody hands on models that they may not use', () => {
	const mine = modelAccessOf([[rule({ dialects: ['openai', 'ollama'], allow: ['gpt-*'], deny: ['gpt-5'] })]]);
	const within = rule({ dialects: ['openai'], allow: ['gpt-4o', 'gpt-*'], deny: ['x', 'gpt-5'] });
	expect(coversRule(mine, within)).toBe(true);
	expect(coversRule(undefined, open)).toBe(true);
	for (const wider of [
		{ dialects: null },
		{ dialects: ['anthropic'] },
		{ allow: null },
		{ allow: ['*'] },
		{ deny: [] },
	])
		expect(coversRule(mine, { ...within, ...wider })).toBe(false);
});
