import { Module } from '@nestjs/common';
import { KeysModule } from '#libs/keys';
import { AccessController } from './access.controller.js';

@Module({ imports: [KeysModule], controllers: [AccessController] })
export class AccessHttpModule {}
