import { sealedAnswers } from '#libs/idempotency';
import { sealedSuccessors } from '#libs/identity';
import type { SealedColumn } from '#libs/kernel';
import { sealedMails } from '#libs/notifications';
import { sealedCredentials } from '#libs/providers';

/** Everything in the database that `ENCRYPTION_KEY` encrypts; a test compares with the schema. */
export const sealedColumns: readonly SealedColumn[] = [sealedCredentials, sealedMails, sealedAnswers, sealedSuccessors];
