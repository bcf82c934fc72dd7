import { Module } from '@nestjs/common';
import { ProvidersModule } from '#libs/providers';
import { CredentialsController } from './credentials.controller.js';
import { ProvidersController } from './providers.controller.js';

@Module({ imports: [ProvidersModule], controllers: [ProvidersController, CredentialsController] })
export class ProvidersHttpModule {}
