import { Module } from '@nestjs/common';
import { MeteringModule } from '#libs/metering';
import { BudgetsController } from './budgets.controller.js';
import { EffectiveBudgetsController } from './effective-budgets.controller.js';
import { OwnUsageController } from './own-usage.controller.js';

@Module({ imports: [MeteringModule], controllers: [EffectiveBudgetsController, BudgetsController, OwnUsageController] })
export class BudgetsHttpModule {}
