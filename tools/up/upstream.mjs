const DEFAULT = 'http://127.0.0.1:11434';

async function get(url, limit) {
	try {
		const response = await fetch(url, { signal: AbortSignal.timeout(limit) });
		return response.ok ? await response.json() : undefined;
	} catch {
		return undefined;
	}
}

/**
 * Where answers come from: Ollama where it answers; the built-in echo where it does not, or has no model yet.
 * @returns {env, text}: variables for api and worker, and a line for people
 */
export async function chooseUpstream(settings) {
	const given = settings('OLLAMA_URL');
	const url = (given ?? DEFAULT).replace(/\/+$/, '');
	const version = await get(`${url}/api/version`, 500);
	const models = version && (await get(`${url}/api/tags`, 2000))?.models?.length;
	const env = version || given ? { OLLAMA_URL: url } : {};
	const asked = settings('ECHO_PROVIDER');
	const echo = asked ?? (models ? 'off' : 'on');
	const ollama = version ? `Ollama at ${url}` : '';
	const hint = version ? 'Ollama has no model yet: ollama pull llama3.2' : `no Ollama answers at ${url}`;
	const builtIn = echo === 'on' ? `the built-in "echo", a development model${models ? '' : ` (${hint})`}` : '';
	return {
		env: { ...env, ECHO_PROVIDER: echo },
		text: [models ? ollama : '', builtIn].filter(Boolean).join(', and ') || ollama || `none: ${hint}`,
	};
}
