import { dataDir } from '../services/layout.mjs';
import { say } from './progress.mjs';

const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

function curl({ url, apiKey, model }) {
	const body = { model, stream: true, messages: [{ role: 'user', content: 'Hello' }] };
	return [
		`curl -N ${url}/openai/v1/chat/completions`,
		`-H "Authorization: Bearer ${apiKey}"`,
		"-H 'content-type: application/json'",
		`-d ${quoted(JSON.stringify(body))}`,
	].join(' \\\n    ');
}

/** For people, on stdout. */
export function printForPeople({ result, model, upstream }) {
	const { url, adminEmail, adminPassword, apiKey } = result;
	const lines = [
		'',
		'Parallama is ready.',
		'',
		`  URL         ${url}   (chat: ${url}/chat, reference: ${url}/docs)`,
		`  Admin       ${adminEmail}`,
		`  Password    ${adminPassword ?? '(chosen at the first start; not known here)'}`,
		`  API key     ${apiKey}`,
		`  Answers by  ${upstream}`,
		`  Metrics     ${result.managementUrl}/metrics`,
		'',
		...(model
			? ['An answer, streamed:', '', `  ${curl({ url, apiKey, model })}`]
			: [`No model is listed yet: ${url}/openai/v1/models`]),
		'',
		`Ctrl-C stops everything. The data and this login stay in ${dataDir()}.`,
		'',
	];
	process.stdout.write(`${lines.join('\n')}\n`);
}

/** For programs: the only line on stdout that begins with a brace. */
export function printForPrograms({ result }) {
	process.stdout.write(`${JSON.stringify(result)}\n`);
	say('ready');
}
