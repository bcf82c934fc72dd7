// In order. A spec compares this list with the folder.
import type { MigrationInterface } from 'typeorm';
import { Foundation1795200000000 } from './1795200000000-Foundation.js';

export const migrations: (new () => MigrationInterface)[] = [Foundation1795200000000];
