import { StandardSchemaValidationPipe } from '@nestjs/common';
import { AppError, type FieldProblem } from '#libs/kernel';

/** What zod says of one problem; only `message` and `path` are sure. */
interface Issue {
	readonly message: string;
	readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
	readonly code?: string;
	readonly origin?: string;
	readonly keys?: readonly string[];
	readonly params?: { readonly code?: unknown };
}

const MAX_PROBLEMS = 50;
const sizeWords: Readonly<Record<string, readonly [string, string]>> = {
	string: ['too_short', 'too_long'],
	array: ['too_few', 'too_many'],
	set: ['too_few', 'too_many'],
};

function codeOf(issue: Issue): string {
	const [small, big] = sizeWords[issue.origin ?? ''] ?? ['too_small', 'too_big'];
	if (issue.code === 'too_small') return small;
	if (issue.code === 'too_big') return big;
	if (issue.code === 'invalid_type') return issue.message.endsWith('received undefined') ? 'required' : 'wrong_type';
	if (issue.code === 'invalid_format') return 'wrong_format';
	if (issue.code === 'invalid_value' || issue.code === 'invalid_union') return 'not_allowed';
	if (issue.code === 'custom' && typeof issue.params?.code === 'string') return issue.params.code;
	return 'invalid';
}

const fieldOf = (path: Issue['path'], key?: string): string =>
	[
		...(path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)),
		...(key === undefined ? [] : [key]),
	]
		.join('.')
		.slice(0, 200);

/** The problems of an input, one per field, in the words of the envelope. */
export function validationFailed(issues: readonly Issue[]): AppError {
	const details = issues.slice(0, MAX_PROBLEMS).flatMap((issue): FieldProblem[] => {
		if (issue.code === 'unrecognized_keys' && issue.keys !== undefined)
			return issue.keys
				.slice(0, MAX_PROBLEMS)
				.map((key) => ({ field: fieldOf(issue.path, key), code: 'unknown_field', message: 'This field is not known' }));
		return [{ field: fieldOf(issue.path), code: codeOf(issue), message: issue.message }];
	});
	return new AppError('invalid', 'validation_failed', 'The request is not valid', { details });
}

/** Checks `@Body`, `@Query` and `@Param` against their schemas. */
export const validationPipe = (): StandardSchemaValidationPipe =>
	new StandardSchemaValidationPipe({ exceptionFactory: (issues) => validationFailed(issues) });
