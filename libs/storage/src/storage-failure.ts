import { AppError } from '#libs/kernel';

/** What storage could not do, for whoever asked; bugs stay what they are. */
export function storageFailure(error: unknown): unknown {
	if (error instanceof AppError || !isOfStorage(error)) return error;
	return new AppError('unavailable', 'storage_unavailable', 'Files cannot be read or written now', {
		cause: error,
		retryAfterMs: 5_000,
	});
}

/** Errors of the file system and the network have a code; those of S3 say what was answered. */
function isOfStorage(error: unknown): boolean {
	const { $metadata, code } = error as { readonly $metadata?: unknown; readonly code?: unknown };
	return $metadata !== undefined || /^E[A-Z]+$/.test(String(code));
}
