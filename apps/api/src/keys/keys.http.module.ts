import { Module } from '@nestjs/common';
import { KeysModule } from '#libs/keys';
import { KeysController } from './keys.controller.js';

@Module({ imports: [KeysModule], controllers: [KeysController] })
export class KeysHttpModule {}
