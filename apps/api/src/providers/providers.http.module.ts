import { Module } from '@nestjs/common';
import { ProvidersModule } from '#libs/providers';
import { ProvidersController } from './providers.controller.js';

@Module({ imports: [ProvidersModule], controllers: [ProvidersController] })
export class ProvidersHttpModule {}
