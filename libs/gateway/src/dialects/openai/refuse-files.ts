import { AppError } from '#libs/kernel';
import { record } from '#libs/providers';
import type { ScannedJson } from '../../json/scan-json.js';

/**
 * Refuses files that lie at the upstream: organizations share its account, so that what one has stored there must not be
 * within another's reach.
 * @throws AppError invalid `unsupported_parameter`
 */
export function refuseStoredFiles({ value: { messages } }: ScannedJson): void {
	if (!Array.isArray(messages)) return;
	for (const [at, message] of messages.entries()) {
		const { content } = record(message);
		if (!Array.isArray(content)) continue;
		for (const [index, part] of content.entries()) {
			const { file_id } = record(record(part).file);
			if (file_id !== undefined && file_id !== null) throw refused(`messages.${at}.content.${index}.file.file_id`);
		}
	}
}

const refused = (param: string): AppError =>
	new AppError('invalid', 'unsupported_parameter', `${param} is not served: send the data itself`, { param });
