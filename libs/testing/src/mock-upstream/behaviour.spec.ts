import { describe, expect, it } from '@jest/globals';
import { DEFAULT_BEHAVIOUR, mergeBehaviour, parseBehaviour, splitModel } from './behaviour.js';

describe('behaviour as text', () => {
	it('reads pairs and flags, in snake or camel case', () => {
		expect(parseBehaviour('chunks=20, delay_ms=5,no_usage,contentType=text/plain')).toEqual({
			chunks: 20,
			delayMs: 5,
			noUsage: true,
			contentType: 'text/plain',
		});
	});

	it('reads JSON', () => {
		expect(parseBehaviour('{"reset_at":3,"hang":true}')).toEqual({ resetAt: 3, hang: true });
	});

	it.each([
		['chunk=3', "unknown mock option 'chunk'"],
		['toString', "unknown mock option 'toString'"],
		['chunks=many', 'needs a number'],
		['chunks=', 'needs a number'],
	])('refuses %s', (text, message) => {
		expect(() => parseBehaviour(text)).toThrow(message);
	});

	it('lets later parts win', () => {
		expect(mergeBehaviour('chunks=1,delay_ms=2', undefined, { chunks: 3 })).toEqual({
			...DEFAULT_BEHAVIOUR,
			chunks: 3,
			delayMs: 2,
		});
	});
});

describe('a model name', () => {
	it.each([
		['mock', 'mock', ''],
		['mock:latest', 'mock', ''],
		['llama3.2:1b', 'llama3.2:1b', ''],
		['mock:chunks=3,reset_at=1', 'mock', 'chunks=3,reset_at=1'],
		['mock:hang', 'mock', 'hang'],
		['mock:no_usage,chunks=3', 'mock', 'no_usage,chunks=3'],
		['mock:{"chunks":3}', 'mock', '{"chunks":3}'],
	])('%s is %s with options "%s"', (model, name, options) => {
		expect(splitModel(model)).toEqual({ name, options });
	});
});
