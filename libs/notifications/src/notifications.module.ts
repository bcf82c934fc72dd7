import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '#libs/audit';
import { JobsModule } from '#libs/jobs';
import { MailDelivery } from './mail-delivery.js';
import { MailOutboxService } from './mail-outbox.service.js';
import { MailsService } from './mails.service.js';
import { MailEntity } from './persistence/mail.entity.js';
import { MailRepository } from './persistence/mail.repository.js';
import { Smtp } from './smtp.js';

const doors = [MailsService, MailDelivery, MailOutboxService];

@Module({
	imports: [AuditModule, JobsModule, TypeOrmModule.forFeature([MailEntity])],
	providers: [MailRepository, Smtp, ...doors],
	exports: doors,
})
export class NotificationsModule {}
