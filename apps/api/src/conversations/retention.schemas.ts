import { z } from 'zod';

const days = z.int().min(0).max(36_500).nullable();
const classes = {
	active: days.meta({ description: 'Since the last message', examples: [365] }),
	archived: days.meta({ description: 'Since the last message' }),
	trash: days.meta({ description: 'Since the deletion; by default 30', examples: [30] }),
	temporary: days.meta({ description: 'Since the last message; by default 1', examples: [1] }),
};

export const Retention = z.object(classes).meta({ id: 'ConversationRetention', description: 'Days; `null`: for ever' });

export const UpdateRetention = z
	.strictObject(classes)
	.partial()
	.meta({ id: 'UpdateConversationRetention', examples: [{ archived: 365, trash: 7 }] });
export type UpdateRetention = z.output<typeof UpdateRetention>;
