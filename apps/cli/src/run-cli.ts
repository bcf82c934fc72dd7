import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { type Command, type Terminal, UsageError } from './command.js';
import { commands } from './commands.js';

const common: ParseArgsOptionsConfig = { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } };

/** Runs one command line. Resolves the exit code; never rejects. */
export async function runCli(line: readonly string[], terminal: Terminal): Promise<number> {
	const name = nameOf(line);
	try {
		if (name === undefined) return overview(line, terminal);
		const command = await commands[name]!.load();
		const rest = line.slice(name.split(' ').length);
		const { values, positionals } = parse(command, rest);
		if (values.help === true) terminal.out(helpOf(command));
		else await command.run({ options: values, positionals, terminal });
		return 0;
	} catch (error) {
		const { failureOf } = await import('./exit-codes.js');
		const { code, message } = failureOf(error);
		terminal.err(`parallama: ${message}\n`);
		if (error instanceof UsageError) terminal.err(await usageFor(name));
		return code;
	}
}

/** The longest command that the line begins with. */
const nameOf = (line: readonly string[]): string | undefined =>
	[line.slice(0, 2).join(' '), line[0] ?? ''].find((name) => Object.hasOwn(commands, name));

function overview(line: readonly string[], terminal: Terminal): number {
	const isAsked = line[0] === undefined || line[0] === '--help' || line[0] === '-h' || line[0] === 'help';
	if (!isAsked) throw new UsageError(`unknown command: ${line.slice(0, 2).join(' ')}`);
	terminal.out(commandList());
	return 0;
}

function parse(command: Command, args: string[]) {
	const { min, max } = command.positionals ?? { min: 0, max: 0 };
	let parsed: ReturnType<typeof parseArgs>;
	try {
		parsed = parseArgs({ args, options: { ...common, ...command.options }, allowPositionals: true, strict: true });
	} catch (error) {
		throw new UsageError((error as Error).message, { cause: error });
	}
	const { values, positionals } = parsed;
	if (values.help !== true && (positionals.length < min || positionals.length > max))
		throw new UsageError(
			positionals.length < min ? 'an argument is missing' : `unexpected argument: ${positionals[max]}`,
		);
	return { values, positionals };
}

const usageFor = async (name: string | undefined): Promise<string> =>
	name === undefined ? commandList() : helpOf(await commands[name]!.load());

function commandList(): string {
	const width = Math.max(...Object.keys(commands).map((name) => name.length));
	const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
	return [
		'Usage: parallama <command> [options]',
		'',
		...lines,
		'',
		'Every command takes --json and --help.',
		'Exit codes: 0 done, 1 our mistake, bad configuration or a missing service, 2 bad input, 3 not allowed, 4 not found, 5 conflict, 6 too much',
		'',
	].join('\n');
}

function helpOf(command: Command): string {
	const all = { ...command.explanations, json: 'One JSON object on stdout', help: 'This text' };
	const width = Math.max(...Object.keys(all).map((option) => option.length));
	return [
		`Usage: parallama ${command.usage}`,
		'',
		...Object.entries(all).map(([option, meaning]) => `  --${option.padEnd(width)}  ${meaning}`),
		'',
	].join('\n');
}
