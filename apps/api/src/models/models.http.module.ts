import { Module } from '@nestjs/common';
import { GatewayModule } from '#libs/gateway';
import { ProvidersModule } from '#libs/providers';
import { ModelsController } from './models.controller.js';
import { ModelsView } from './models-view.js';

@Module({ imports: [GatewayModule, ProvidersModule], controllers: [ModelsController], providers: [ModelsView] })
export class ModelsHttpModule {}
