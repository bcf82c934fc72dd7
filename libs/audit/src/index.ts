export { AuditModule } from './audit.module.js';
export { type AuditAction, auditActions } from './audit-actions.js';
export type { AuditProblem } from './audit-chain.js';
export type { AuditEntry, AuditEvent, AuditFilter, AuditResult } from './audit-event.js';
export { AuditLog } from './audit-log.js';
export { AuditSealer } from './audit-sealer.js';
export { type AuditVerdict, AuditVerifier, type ChainHead } from './audit-verifier.js';
