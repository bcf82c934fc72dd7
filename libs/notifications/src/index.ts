export type { MailData, MailKind } from './mail.js';
export { MailDelivery } from './mail-delivery.js';
export { MailOutboxService } from './mail-outbox.service.js';
export { MailsService } from './mails.service.js';
export { NotificationsModule } from './notifications.module.js';
export type { ReadableMail } from './persistence/mail.repository.js';
export { sealedMails } from './sealed-mails.js';
