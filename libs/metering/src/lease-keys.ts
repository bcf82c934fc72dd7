import { organizationKey } from '#libs/redis';

/** By event id, what is known of calls that are not in the ledger yet. */
export const leasesKey = (organizationId: string): string => organizationKey(organizationId, 'leases');
/** By event id, what running calls may use of their limits. */
export const reservationsKey = (organizationId: string): string => organizationKey(organizationId, 'reservations');
export const replicaKey = (replicaId: string): string => `replica:${replicaId}`;
/** Processes that admit calls, by the moment when they last said that they live. */
export const REPLICAS = 'replicas';
