import { DataSource } from 'typeorm';

interface RoleFacts {
	readonly name: string;
	readonly is_super: boolean;
	readonly bypasses: boolean;
	readonly owns: boolean;
}

/**
 * Api and worker must not be able to leave row-level security behind.
 * @throws Error naming the role and the remedy.
 */
export async function refusePowerfulRole(source: DataSource, variable: string): Promise<void> {
	const [role] = await source.query<RoleFacts[]>(`
		SELECT current_user AS name, r.rolsuper AS is_super, r.rolbypassrls AS bypasses,
			EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND pg_has_role(current_user, c.relowner, 'MEMBER')) AS owns
		FROM pg_roles r WHERE r.rolname = current_user`);
	const why = role?.is_super
		? 'is a superuser'
		: role?.bypasses
			? 'has BYPASSRLS'
			: role?.owns
				? 'owns tables'
				: undefined;
	if (why !== undefined)
		throw new Error(
			`${variable} connects as "${role?.name}", which ${why}: row-level security would not hold. Use a login role that is only a member of parallama_app (api) or parallama_worker (worker); see docs/configuration.md.`,
		);
}
