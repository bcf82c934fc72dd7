import { definerNames as foundation } from './foundation/functions.js';

/** Every function that crosses tenants. A test compares this list with the database. */
export const definerNames: readonly string[] = [...foundation, 'organizations_with_unsealed_audit', 'read_kept_mails'];
