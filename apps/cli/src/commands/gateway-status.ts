import { z } from 'zod';
import { AppError } from '#libs/kernel';
import { type Command, type Invocation, textOption, UsageError } from '../command.js';
import { list, printResult } from '../output.js';
import { reasonOf } from '../reason.js';
import { loadConfig } from '../settings.js';

const TIMEOUT_MS = 5_000;

export const command: Command = {
	usage: 'gateway status [--url <url>]',
	options: { url: { type: 'string' } },
	explanations: { url: 'Where the gateway is; by default PUBLIC_URL' },
	async run(invocation) {
		const url = urlOf(invocation);
		const [health, status] = await Promise.all([ask(`${url}/health`), ask(`${url}/status`)]);
		printResult(invocation, { url, health, status }, () => list({ url, ...flat(health), ...flat(status) }));
	},
};

function urlOf(invocation: Invocation): string {
	const url = textOption(invocation, 'url') ?? loadConfig(invocation.terminal).http.PUBLIC_URL;
	if (!z.url({ protocol: /^https?$/ }).safeParse(url).success) throw new UsageError('--url is not an http(s) URL');
	return url.replace(/(?<!\/)\/+$/, '');
}

async function ask(url: string): Promise<unknown> {
	try {
		const answer = await fetch(url, {
			signal: AbortSignal.timeout(TIMEOUT_MS),
			headers: { accept: 'application/json' },
		});
		if (!answer.ok) throw new Error(`status ${answer.status}`);
		return await answer.json();
	} catch (error) {
		throw new AppError('unavailable', 'gateway_unavailable', `${url} does not answer: ${reasonOf(error)}`, {
			cause: error,
		});
	}
}

/** Nested values by dotted names. */
function flat(value: unknown, prefix = ''): Record<string, string> {
	if (typeof value !== 'object' || value === null) return { [prefix || 'value']: String(value) };
	return Object.assign(
		{},
		...Object.entries(value).map(([name, inner]) => flat(inner, prefix === '' ? name : `${prefix}.${name}`)),
	) as Record<string, string>;
}
