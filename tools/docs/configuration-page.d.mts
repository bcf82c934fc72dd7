import type { z } from 'zod';

export type Needed = Readonly<Record<'api' | 'worker', readonly string[]>>;
export function configurationPage(concerns: Readonly<Record<string, z.ZodObject>>, needed: Needed): string;
export function neededSettings(Config: { load(process: 'api' | 'worker', environment: object): unknown }): Needed;
