import { Module } from '@nestjs/common';
import { ProvidersModule } from '#libs/providers';
import { AliasesController } from './aliases.controller.js';

@Module({ imports: [ProvidersModule], controllers: [AliasesController] })
export class AliasesHttpModule {}
