// In order. A spec compares this list with the folder.
import type { MigrationInterface } from 'typeorm';
import { Foundation1795200000000 } from './1795200000000-Foundation.js';
import { Aliases1795646400000 } from './1795646400000-Aliases.js';
import { Audit1795647600000 } from './1795647600000-Audit.js';
import { Mail1795650000000 } from './1795650000000-Mail.js';
import { Accounts1795660000000 } from './1795660000000-Accounts.js';
import { AccessRules1795670000000 } from './1795670000000-AccessRules.js';
import { ModelManagement1795675000000 } from './1795675000000-ModelManagement.js';
import { AccountEnd1795690000000 } from './1795690000000-AccountEnd.js';
import { DroppedParams1795695000000 } from './1795695000000-DroppedParams.js';
import { RoleNotices1795700000000 } from './1795700000000-RoleNotices.js';
import { Limits1795720000000 } from './1795720000000-Limits.js';
import { LimitExport1795720001000 } from './1795720001000-LimitExport.js';

export const migrations: (new () => MigrationInterface)[] = [
	Foundation1795200000000,
	Aliases1795646400000,
	Audit1795647600000,
	Mail1795650000000,
	Accounts1795660000000,
	AccessRules1795670000000,
	ModelManagement1795675000000,
	AccountEnd1795690000000,
	DroppedParams1795695000000,
	RoleNotices1795700000000,
	Limits1795720000000,
	LimitExport1795720001000,
];
