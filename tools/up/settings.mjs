// The settings that `up` itself needs, from the same places and in the same order as the product: NAME, NAME_FILE, CONFIG_FILE.
import { readFileSync } from 'node:fs';
import { Failure } from '../services/failure.mjs';

function readFileSetting(name, file) {
	try {
		return readFileSync(file, 'utf8').trim();
	} catch (error) {
		throw new Failure(
			`${name}_FILE names ${file}, which cannot be read (${error.code})`,
			'correct the path or its rights',
		);
	}
}

async function readConfigFile(file) {
	if (!file) return {};
	const { parse } = await import('yaml'); // of the product: only after the install
	try {
		const entries = Object.entries(parse(readFileSync(file, 'utf8')) ?? {});
		return Object.fromEntries(
			entries.map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : `${value}`]),
		);
	} catch (error) {
		throw new Failure(
			`CONFIG_FILE ${file} cannot be read: ${error.message.split('\n')[0]}`,
			'correct the path or the file',
		);
	}
}

/** Reads one setting; empty counts as unset here, the product refuses it by itself. */
function reader(fileSettings) {
	return (name) => {
		const file = process.env[`${name}_FILE`];
		return process.env[name] || (file ? readFileSetting(name, file) : undefined) || fileSettings[name];
	};
}

/** Before the install: without CONFIG_FILE. */
export const earlySettings = () => reader({});

/** @returns {get(name), file}: `file` holds what CONFIG_FILE says */
export async function loadSettings() {
	const file = await readConfigFile(process.env.CONFIG_FILE);
	return { get: reader(file), file };
}

/** A port number setting; undefined when unset. */
export function portSetting(get, name) {
	const text = get(name);
	if (text === undefined) return undefined;
	const port = Number(text);
	if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
	throw new Failure(`${name}=${text} is no port number`, `use a number from 1 to 65535, or 0 for any free port`);
}
