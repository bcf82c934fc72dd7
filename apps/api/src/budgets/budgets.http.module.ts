import { Module } from '@nestjs/common';
import { MeteringModule } from '#libs/metering';
import { BudgetsController } from './budgets.controller.js';

@Module({ imports: [MeteringModule], controllers: [BudgetsController] })
export class BudgetsHttpModule {}
