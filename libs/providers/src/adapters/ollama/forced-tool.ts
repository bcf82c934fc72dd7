import { AppError } from '#libs/kernel';
import type { ChatRequest, ToolDefinition } from '../../chat.js';
import { record } from '../../wire/lines.js';

/**
 * Ollama has no `tool_choice`. A call that must happen is had by holding the answer to a schema of the allowed calls, and
 * by reading the call out of the text.
 */
export interface ForcedCall {
	readonly name: string;
	/** Arguments as JSON text. */
	readonly json: string;
}

/**
 * The tools of which one must be called; `undefined`: none must.
 * @throws AppError invalid when there is no such tool
 */
export function forcedTools({ tools, toolChoice }: ChatRequest): readonly ToolDefinition[] | undefined {
	if (toolChoice === undefined || toolChoice === 'auto' || toolChoice === 'none') return undefined;
	const allowed = toolChoice === 'required' ? tools : tools.filter(({ name }) => name === toolChoice.name);
	if (allowed.length > 0) return allowed;
	throw new AppError('invalid', 'invalid_field', 'tool_choice asks for a tool that tools does not hold', {
		param: 'tool_choice',
	});
}

/** A schema of the calls of these tools. */
export function formatOfCalls(tools: readonly ToolDefinition[]): object {
	const definitions: Record<string, unknown> = {};
	const calls = tools.map(({ name, parameters }, at) => ({
		type: 'object',
		properties: { name: { type: 'string', enum: [name] }, arguments: moved(parameters, `tool${at}`, definitions) },
		required: ['name', 'arguments'],
		additionalProperties: false,
	}));
	const schema = calls.length === 1 ? calls[0] : { anyOf: calls };
	return Object.keys(definitions).length === 0 ? { ...schema } : { ...schema, $defs: definitions };
}

/** A schema that refers to parts of itself keeps doing so from its new place. */
function moved(schema: unknown, place: string, definitions: Record<string, unknown>): unknown {
	if (schema === undefined || schema === null) return { type: 'object' };
	if (!JSON.stringify(schema).includes('"$ref":"#')) return schema;
	definitions[place] = withReferences(schema, `#/$defs/${place}`);
	return { $ref: `#/$defs/${place}` };
}

function withReferences(schema: unknown, root: string): unknown {
	if (Array.isArray(schema)) return schema.map((item) => withReferences(item, root));
	if (schema === null || typeof schema !== 'object') return schema;
	return Object.fromEntries(
		Object.entries(schema).map(([key, value]) => [
			key,
			key === '$ref' && typeof value === 'string' && value.startsWith('#')
				? root + value.slice(1)
				: withReferences(value, root),
		]),
	);
}

/** The call in an answer; `undefined` when it holds none of an allowed tool, as where it was cut. */
export function callIn(text: string, tools: readonly ToolDefinition[]): ForcedCall | undefined {
	try {
		const { name, arguments: values } = record(JSON.parse(text));
		if (!tools.some((tool) => tool.name === name)) return undefined;
		return { name: name as string, json: JSON.stringify(values ?? {}) };
	} catch {
		return undefined;
	}
}
