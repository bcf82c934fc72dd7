import { definerNames as foundation } from './foundation/functions.js';

/** Every function that crosses tenants. A test compares this list with the database. */
export const definerNames: readonly string[] = [
	...foundation,
	'organizations_with_unsealed_audit',
	'read_kept_mails',
	'find_account',
	'find_account_request',
	'take_account_request',
	'find_invitation',
	'is_known_client',
	'revoke_sessions',
	'sole_ownerships',
	'purge_sessions',
	'accounts_to_erase',
	'erase_account',
	'export_account',
	'export_account_rules',
	'find_key',
	'find_session_rights',
	'organizations_with_ending_roles',
	'organizations_with_expired_roles',
	'touch_keys',
];
