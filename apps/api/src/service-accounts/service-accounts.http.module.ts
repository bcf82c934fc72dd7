import { Module } from '@nestjs/common';
import { AccessModule } from '#libs/access';
import { ServiceAccountsController } from './service-accounts.controller.js';

@Module({ imports: [AccessModule], controllers: [ServiceAccountsController] })
export class ServiceAccountsHttpModule {}
