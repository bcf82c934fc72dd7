import { Module } from '@nestjs/common';
import { ExchangeModule } from '#libs/exchange';
import { ImportsController } from './imports.controller.js';

@Module({ imports: [ExchangeModule], controllers: [ImportsController] })
export class ImportsHttpModule {}
