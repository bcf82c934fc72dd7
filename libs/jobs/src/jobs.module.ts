import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { JobBoard } from './job-board.js';
import { JobBus } from './job-bus.js';
import { OutboxEntity } from './persistence/outbox.entity.js';
import { OutboxRepository } from './persistence/outbox.repository.js';

@Module({
	imports: [TypeOrmModule.forFeature([OutboxEntity])],
	providers: [JobBoard, JobBus, OutboxRepository],
	exports: [JobBoard, JobBus, OutboxRepository],
})
export class JobsModule {}
