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
import { LedgerDetails1795830001000 } from './1795830001000-LedgerDetails.js';
import { Prices1795830000000 } from './1795830000000-Prices.js';
import { PriceRevisions1795832000000 } from './1795832000000-PriceRevisions.js';
import { Reratings1795832001000 } from './1795832001000-Reratings.js';
import { Rollups1795840000000 } from './1795840000000-Rollups.js';
import { LedgerRanges1795840001000 } from './1795840001000-LedgerRanges.js';
import { Conversations1795880000000 } from './1795880000000-Conversations.js';
import { ConversationLists1795881000000 } from './1795881000000-ConversationLists.js';
import { MessageSearch1795882000000 } from './1795882000000-MessageSearch.js';
import { ShareLinks1795883000000 } from './1795883000000-ShareLinks.js';
import { Prompts1795884000000 } from './1795884000000-Prompts.js';
import { Runs1795885000000 } from './1795885000000-Runs.js';
import { Exports1795910000000 } from './1795910000000-Exports.js';
import { Imports1795920000000 } from './1795920000000-Imports.js';
import { AppendOrder1795890000000 } from './1795890000000-AppendOrder.js';

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
	Prices1795830000000,
	LedgerDetails1795830001000,
	PriceRevisions1795832000000,
	Reratings1795832001000,
	Rollups1795840000000,
	LedgerRanges1795840001000,
	Conversations1795880000000,
	ConversationLists1795881000000,
	MessageSearch1795882000000,
	ShareLinks1795883000000,
	Prompts1795884000000,
	Runs1795885000000,
	AppendOrder1795890000000,
	Exports1795910000000,
	Imports1795920000000,
];
