import { readdirSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { migrations } from './index.js';

it('lists every migration file, in order', () => {
	const stamps = readdirSync(import.meta.dirname)
		.filter((file) => /^\d+-.*\.ts$/.test(file))
		.map((file) => file.split('-')[0])
		.toSorted((a, b) => Number(a) - Number(b));
	expect(migrations.map((m) => m.name.match(/\d+$/)?.[0])).toEqual(stamps);
});
