import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Idempotency } from './idempotency.service.js';
import { IdempotencyKeyEntity } from './persistence/idempotency-key.entity.js';
import { IdempotencyRepository } from './persistence/idempotency.repository.js';

@Module({
	imports: [TypeOrmModule.forFeature([IdempotencyKeyEntity])],
	providers: [Idempotency, IdempotencyRepository],
	exports: [Idempotency],
})
export class IdempotencyModule {}
