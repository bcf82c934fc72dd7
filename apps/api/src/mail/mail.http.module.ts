import { Module } from '@nestjs/common';
import { NotificationsModule } from '#libs/notifications';
import { MailController } from './mail.controller.js';

@Module({ imports: [NotificationsModule], controllers: [MailController] })
export class MailHttpModule {}
