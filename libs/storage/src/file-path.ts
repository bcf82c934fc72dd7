import { AppError, isUuid, type Scope } from '#libs/kernel';

const LONGEST = 512;
const part = /^[a-z0-9][a-z0-9._-]*$/;

/**
 * Where a file of the scope's organization lies. Paths are made by us, never by callers: small letters, digits, `.`, `_`, `-` and
 * `/`, and no part begins with a point.
 * @throws AppError bug for any other path
 */
export function keyOf({ organizationId }: Pick<Scope, 'organizationId'>, path: string): string {
	const isRight = isUuid(organizationId) && path.length <= LONGEST && path.split('/').every((each) => part.test(each));
	if (!isRight) throw new AppError('bug', 'bad_file_path', `Not a path of a file: ${JSON.stringify(path)}`);
	return `${organizationId}/${path}`;
}
