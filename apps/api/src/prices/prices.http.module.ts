import { Module } from '@nestjs/common';
import { MeteringModule } from '#libs/metering';
import { ReratingsController } from './reratings.controller.js';
import { PricesController } from './prices.controller.js';

@Module({ imports: [MeteringModule], controllers: [ReratingsController, PricesController] })
export class PricesHttpModule {}
