import type { TemplateLimit } from './limit.js';

/** A role that somebody has. */
export interface HeldRole {
	readonly roleId: string;
	readonly name: string;
	readonly isBuiltIn: boolean;
	/** Where it counts; `null`: in the whole organization. */
	readonly projectId: string | null;
}

/** What whoever has a role may use. */
export interface RoleTemplate {
	readonly roleId: string;
	readonly limits: readonly TemplateLimit[];
}

/** Built-in roles from the highest down; those of an organization's own stand between `admin` and `premium`. */
const ranks: Readonly<Record<string, number>> = { owner: 0, admin: 1, premium: 3, basic: 4, viewer: 5 };
const OWN = 2;

/**
 * The template of the highest of somebody's roles. A built-in role without a template (the owner's) means no limits; a role of
 * an organization's own without one says nothing, and the next counts.
 */
export function templateOf(
	roles: readonly HeldRole[],
	templates: ReadonlyMap<string, RoleTemplate>,
	projectId: string | undefined,
): RoleTemplate | undefined {
	const counting = roles.filter(
		(role) => isHere(role, projectId) && (role.isBuiltIn ? role.name in ranks : templates.has(role.roleId)),
	);
	const [highest] = counting.toSorted((a, b) => rankOf(a) - rankOf(b) || (a.name < b.name ? -1 : 1));
	return highest === undefined ? undefined : templates.get(highest.roleId);
}

const isHere = (role: HeldRole, projectId: string | undefined): boolean =>
	role.projectId === null || role.projectId === projectId;

const rankOf = ({ name, isBuiltIn }: HeldRole): number => (isBuiltIn ? (ranks[name] ?? OWN) : OWN);
