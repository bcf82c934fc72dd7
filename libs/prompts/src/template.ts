import { AppError, type FieldProblem } from '#libs/kernel';
import type { NewPromptVersion, PromptVariable } from './prompt.js';

export type PromptValues = Readonly<Record<string, string | number | boolean>>;

const place = /\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}/g;

/** Names in a template, each once. */
export const namesIn = (template: string): readonly string[] => [
	...new Set([...template.matchAll(place)].map(([, name = '']) => name)),
];

/** @throws AppError invalid: a place without a variable, a variable twice or in no place, a default that does not fit */
export function demandTemplate({ template, variables }: Pick<NewPromptVersion, 'template' | 'variables'>): void {
	const declared = variables.map(({ name }) => name);
	const used = namesIn(template);
	refuse([
		...used
			.filter((name) => !declared.includes(name))
			.map((name) => problem('template', 'unknown_variable', `{{${name}}} is no variable`)),
		...variables.flatMap((variable, at) => problemsOf(variable, { at, declared, used })),
	]);
}

function problemsOf(
	variable: PromptVariable,
	{ at, declared, used }: { at: number; declared: readonly string[]; used: readonly string[] },
): FieldProblem[] {
	const field = `variables.${at}`;
	const { name, type, choices } = variable;
	const problems: FieldProblem[] = [];
	if (declared.indexOf(name) !== at) problems.push(problem(field, 'duplicate', `${name} is there twice`));
	if (!used.includes(name)) problems.push(problem(field, 'unused', `{{${name}}} is not in the template`));
	if ((type === 'choice') !== (choices !== undefined))
		problems.push(problem(`${field}.choices`, 'invalid', 'Choices are for the type "choice", which needs them'));
	if (variable.default !== undefined) problems.push(...valueProblems(variable, variable.default, `${field}.default`));
	return problems;
}

/**
 * Puts values in their places. There is no logic in a template, and a value is text: what looks like a place in it stays as it is.
 * @throws AppError invalid, naming each variable that lacks a value, has a wrong one, or is unknown
 */
export function render(
	{ template, variables }: Pick<NewPromptVersion, 'template' | 'variables'>,
	values: PromptValues,
): string {
	const known = new Map(variables.map((variable) => [variable.name, variable]));
	const filled = new Map<string, string>();
	const problems = Object.keys(values)
		.filter((name) => !known.has(name))
		.map((name) => problem(`values.${name}`, 'unknown_field', 'The prompt has no such variable'));
	for (const variable of variables) {
		const field = `values.${variable.name}`;
		const value = Object.hasOwn(values, variable.name) ? values[variable.name] : variable.default;
		if (value === undefined) problems.push(problem(field, 'required', 'Needs a value'));
		else problems.push(...valueProblems(variable, value, field));
		filled.set(variable.name, String(value));
	}
	refuse(problems);
	return template.replaceAll(place, (_, name: string) => filled.get(name) ?? '');
}

function valueProblems({ type, choices }: PromptVariable, value: unknown, field: string): FieldProblem[] {
	const wanted = type === 'text' || type === 'choice' ? 'string' : type;
	if (typeof value !== wanted) return [problem(field, 'wrong_type', `Must be a ${wanted}`)];
	if (type === 'number' && !Number.isFinite(value)) return [problem(field, 'wrong_type', 'Must be a finite number')];
	if (type === 'choice' && choices?.includes(String(value)) !== true)
		return [problem(field, 'not_allowed', `Is one of ${(choices ?? []).join(', ')}`)];
	return [];
}

const problem = (field: string, code: string, message: string): FieldProblem => ({ field, code, message });

function refuse(details: readonly FieldProblem[]): void {
	if (details.length > 0) throw new AppError('invalid', 'validation_failed', 'The prompt is not valid', { details });
}
