import { setTimeout as pause } from 'node:timers/promises';

const CALL_LIMIT_MS = 30_000;

/** What one client saw. `done`: the whole answer; `cut`: an answer that broke off; `failed`: a status; `unsure`: nothing. */
async function call({ url, apiKey }, alias) {
	const seen = { alias, state: 'unsure', tokens: undefined, startedAt: performance.now() };
	try {
		const response = await fetch(`${url}/openai/v1/chat/completions`, {
			method: 'POST',
			headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
			body: JSON.stringify({
				model: alias,
				stream: true,
				stream_options: { include_usage: true },
				messages: [{ role: 'user', content: 'Count to ten.' }],
			}),
			signal: AbortSignal.timeout(CALL_LIMIT_MS),
		});
		seen.state = response.ok ? 'cut' : `failed ${response.status}`;
		const text = await readAll(response, seen);
		if (response.ok && text.includes('data: [DONE]')) seen.state = 'done';
		if (!response.ok) seen.body = text.slice(0, 300);
	} catch (error) {
		const code = error?.cause?.code ?? error?.code;
		if (code === 'ECONNREFUSED') return undefined; // it never began
		seen.error = String(code ?? error);
	}
	seen.endedAt = performance.now();
	return seen;
}

async function readAll(response, seen) {
	let text = '';
	const decoder = new TextDecoder();
	for await (const bytes of response.body) {
		text += decoder.decode(bytes, { stream: true });
		seen.tokens = Number(/"completion_tokens":(\d+)/.exec(text)?.[1] ?? Number.NaN) || seen.tokens;
	}
	return text;
}

/**
 * Streams every alias once, a quarter of them at a time, and keeps going whatever happens. While nobody listens it waits.
 * @returns {started(): number of calls begun, inFlight(graceMs): not fully answered until graceMs ago, giveUp(), results: Promise}
 */
export function load(target, aliases) {
	const waiting = [...aliases];
	const begun = new Map();
	const ended = [];
	let isGivenUp = false;
	const client = async () => {
		for (let alias = waiting.shift(); alias !== undefined; alias = waiting.shift()) {
			begun.set(alias, performance.now());
			let seen = await call(target, alias);
			while (seen === undefined && !isGivenUp) {
				begun.delete(alias);
				await pause(50);
				begun.set(alias, performance.now());
				seen = await call(target, alias);
			}
			if (seen !== undefined) ended.push(seen);
		}
	};
	const clients = Array.from({ length: Math.ceil(aliases.length / 4) }, client);
	return {
		started: () => begun.size,
		inFlight: (graceMs) => {
			const now = performance.now();
			return begun.size - ended.filter(({ endedAt }) => endedAt < now - graceMs).length;
		},
		giveUp: () => {
			isGivenUp = true;
			waiting.length = 0;
		},
		results: Promise.all(clients).then(() => ended),
	};
}
