import type { ToolChoice, ToolDefinition, Untranslatable } from '#libs/providers';
import type { Fields } from '../fields.js';

export interface ToolWishes {
	readonly tools: readonly ToolDefinition[];
	readonly toolChoice: ToolChoice | undefined;
}

/** Where a tool and a choice have their fields: chats nest them, responses do not. */
export type Unnest = (tool: Fields, type: string) => Fields | undefined;

/** Tools and the choice among them. `allowed_tools` leaves the others out. */
export function readTools(fields: Fields, unnest: Unnest, lost: Untranslatable): ToolWishes {
	const tools = fields.objects('tools').flatMap((tool) => toolOf(tool, unnest, lost));
	const choice = fields.raw('tool_choice');
	if (choice === undefined || choice === 'auto' || choice === 'none' || choice === 'required')
		return { tools, toolChoice: choice };
	const chosen = fields.object('tool_choice');
	const type = chosen?.string('type');
	const name = chosen === undefined ? undefined : unnest(chosen, 'function')?.string('name');
	if (type === 'function' && name !== undefined) return { tools, toolChoice: { name } };
	if (type === 'allowed_tools' && chosen !== undefined) return allowed(chosen, tools, unnest);
	lost.add('tool_choice', 'must be "auto", "none", "required", a function or allowed functions for this model');
	return { tools, toolChoice: undefined };
}

function allowed(chosen: Fields, tools: readonly ToolDefinition[], unnest: Unnest): ToolWishes {
	const wish = unnest(chosen, 'allowed_tools');
	const names = new Set(wish?.objects('tools').map((tool) => unnest(tool, 'function')?.string('name')));
	return {
		tools: tools.filter(({ name }) => names.has(name)),
		toolChoice: wish?.string('mode') === 'required' ? 'required' : 'auto',
	};
}

function toolOf(tool: Fields, unnest: Unnest, lost: Untranslatable): ToolDefinition[] {
	const type = tool.string('type');
	if (type !== 'function') {
		lost.add('tools', `of the type ${JSON.stringify(type ?? null)} are not supported for this model`);
		return [];
	}
	const definition = unnest(tool, 'function');
	const name = definition?.string('name');
	if (definition === undefined || name === undefined) throw tool.wrong('name', 'a string');
	return [
		{
			name,
			description: definition.string('description'),
			parameters: definition.raw('parameters'),
			strict: definition.boolean('strict'),
		},
	];
}
