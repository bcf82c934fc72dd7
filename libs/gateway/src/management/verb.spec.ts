import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Progress } from './progress.js';
import { checkDigest, readVerb, type Verb, verbs } from './verb.js';

const read = (verb: Verb, body: object, ...providers: string[]) =>
	readVerb(verb, Buffer.from(JSON.stringify(body)), new Set(providers));

describe('a request to change models', () => {
	it('names the model as the older clients do, too, and keeps its bytes', () => {
		const body = { name: 'llama3', stream: false, unknown: 1 };
		expect(read(verbs.pull, body)).toMatchObject({ model: 'llama3', provider: undefined, isStreamed: false });
		expect(read(verbs.pull, body).body.toString()).toBe(JSON.stringify(body));
		expect(read(verbs.pull, { model: 'llama3' }).isStreamed).toBe(true);
		expect(read(verbs.delete, { model: 'llama3', stream: true }).isStreamed).toBe(false);
	});

	it('chooses a provider by the beginning of its names, and names the model to it without', () => {
		const pull = read(verbs.pull, { model: 'gpu/user/llama3:1b' }, 'gpu');
		expect([pull.provider, pull.model, pull.body.toString()]).toEqual([
			'gpu',
			'user/llama3:1b',
			'{"model":"user/llama3:1b"}',
		]);
		expect(read(verbs.pull, { model: 'user/llama3' }, 'gpu').provider).toBeUndefined();
		const copy = read(verbs.copy, { source: 'gpu/a', destination: 'b' }, 'gpu', 'other');
		expect([copy.provider, copy.model, copy.body.toString()]).toEqual(['gpu', 'b', '{"source":"a","destination":"b"}']);
		expect(() => read(verbs.copy, { source: 'gpu/a', destination: 'other/b' }, 'gpu', 'other')).toThrow(
			expect.objectContaining({ code: 'invalid_field' }),
		);
		expect(read(verbs.create, { model: 'gpu/a', from: 'gpu/b', system: 's' }, 'gpu').body.toString()).toBe(
			'{"model":"a","from":"b","system":"s"}',
		);
	});

	it.each<[Verb, object, string]>([
		[verbs.pull, {}, 'model'],
		[verbs.pull, { model: 7 }, 'model'],
		[verbs.pull, { model: 'x'.repeat(300) }, 'model'],
		[verbs.pull, { model: 'x', stream: 'yes' }, 'stream'],
		[verbs.copy, { destination: 'b' }, 'source'],
		[verbs.pull, { model: 'x', Name: 'y' }, 'Name'],
	])('%# is refused, naming the field', (verb, body, param) => {
		expect(() => read(verb, body)).toThrow(expect.objectContaining({ fault: 'invalid', param }));
	});

	it('says what would reach out', () => {
		expect(read(verbs.pull, { model: 'x', insecure: true }).reachesOut).toEqual(['insecure']);
		expect(read(verbs.pull, { model: 'x', insecure: false }).reachesOut).toEqual([]);
	});

	it('knows a digest', () => {
		checkDigest(`sha256:${'a'.repeat(64)}`);
		for (const text of [
			'',
			'sha256:',
			`sha256:${'a'.repeat(63)}/`,
			`sha256:${'a'.repeat(64)}/../x`,
			`md5:${'a'.repeat(64)}`,
		])
			expect(() => checkDigest(text)).toThrow(expect.objectContaining({ param: 'digest' }));
	});
});

describe('progress', () => {
	const lines = [
		'{"status":"pulling é😀","total":2,"completed":1}\n',
		'{"status":"verifying"}\n',
		'{"status":"success"}\n',
	];
	const feed = (progress: Progress, bytes: Buffer, cuts: readonly number[]): string => {
		const at = [0, ...cuts.filter((cut) => cut > 0 && cut < bytes.length).toSorted((a, b) => a - b), bytes.length];
		const got = at.slice(0, -1).map((start, index) => progress.feed(bytes.subarray(start, at[index + 1])));
		return [...got, progress.end()].map((piece) => piece?.toString() ?? '').join('');
	};

	it('passes in whole lines however the bytes are cut, without blank ones', () => {
		const bytes = Buffer.from(`\n${lines.join('\n')}`.trimEnd());
		fc.assert(
			fc.property(fc.array(fc.nat(bytes.length)), (cuts) => {
				const progress = new Progress();
				expect([feed(progress, bytes, cuts), progress.isDone]).toEqual([lines.join(''), true]);
			}),
		);
	});

	it('is not done without its last word, and ends before a failure', () => {
		const early = new Progress();
		feed(early, Buffer.from(lines[0] as string), []);
		expect(early.isDone).toBe(false);
		const failed = new Progress();
		expect(feed(failed, Buffer.from(`${lines[0]}{"error":"no space"}\n${lines[2]}`), [])).toBe(lines[0]);
		expect([failed.failure, failed.isDone]).toEqual(['no space', false]);
		expect(() => new Progress().feed(Buffer.from('<html>\n'))).toThrow(
			expect.objectContaining({ code: 'upstream_garbage' }),
		);
	});
});
