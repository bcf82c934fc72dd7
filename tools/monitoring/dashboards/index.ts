import type { Dashboard } from '../panel.ts';
import { cost } from './cost.ts';
import { gateway } from './gateway.ts';
import { service } from './service.ts';
import { slo } from './slo.ts';
import { stores } from './stores.ts';
import { worker } from './worker.ts';

export const dashboards: readonly Dashboard[] = [service, gateway, cost, worker, stores, slo];
