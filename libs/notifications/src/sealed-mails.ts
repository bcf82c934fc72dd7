import type { SealedColumn } from '#libs/kernel';

/** The content of a mail opens in its own row only. */
export const mailContext = (organizationId: string, id: string): string => `mails|${organizationId}|${id}|content`;

export const sealedMails: SealedColumn = {
	table: 'mails',
	column: 'content_sealed',
	key: ['organization_id', 'id'],
	contextOf: ([organizationId = '', id = '']) => mailContext(organizationId, id),
};
