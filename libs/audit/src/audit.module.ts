import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditLog } from './audit-log.js';
import { AuditSealer } from './audit-sealer.js';
import { AuditVerifier } from './audit-verifier.js';
import { AuditRepository } from './persistence/audit.repository.js';
import { AuditChainRepository } from './persistence/audit-chain.repository.js';
import { AuditEventEntity } from './persistence/audit-event.entity.js';
import { AuditPendingEntity } from './persistence/audit-pending.entity.js';
import { AuditSealEntity } from './persistence/audit-seal.entity.js';

@Module({
	imports: [TypeOrmModule.forFeature([AuditEventEntity, AuditPendingEntity, AuditSealEntity])],
	providers: [AuditRepository, AuditChainRepository, AuditLog, AuditSealer, AuditVerifier],
	exports: [AuditLog, AuditSealer, AuditVerifier],
})
export class AuditModule {}
