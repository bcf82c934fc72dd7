import type { SealedColumn } from '#libs/kernel';

/** A stored answer opens for the same caller, route and key only. */
export const answerContext = (key: readonly [organizationId: string, principal: string, route: string, key: string]) =>
	['idempotency', ...key].join('|');

export const sealedAnswers: SealedColumn = {
	table: 'idempotency_keys',
	column: 'response_sealed',
	key: ['organization_id', 'principal', 'route', 'key'],
	contextOf: ([organizationId = '', principal = '', route = '', key = '']) =>
		answerContext([organizationId, principal, route, key]),
};
