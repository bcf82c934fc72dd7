import { applyDecorators, HttpCode, SerializeOptions, SetMetadata } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { z } from 'zod';

/** How the answer of a route looks: read by the envelope interceptor. */
export interface ResponseForm {
	readonly status: number;
	readonly message: string;
	readonly isEnveloped: boolean;
}
export const RESPONSE_FORM = 'edge:response-form';

const defaultMessages: Readonly<Record<number, string>> = { 200: 'OK', 201: 'Created', 202: 'Accepted' };

/**
 * The answer of a route of the platform API: `schema` is the bare data that the controller returns; it is serialised by it
 * (unknown fields are dropped) and documented in the envelope. `description` is also the envelope's `message`.
 */
export const Responds = (status: number, schema: z.ZodType, description?: string): MethodDecorator => {
	const message = description ?? defaultMessages[status] ?? 'OK';
	const form: ResponseForm = { status, message, isEnveloped: true };
	return applyDecorators(
		HttpCode(status),
		ApiResponse({ status, description: message, standardSchema: enveloped(schema, message) }),
		SerializeOptions({ schema }),
		SetMetadata(RESPONSE_FORM, form),
	);
};

/** The data of an answer that has none (yet). */
export const Accepted = z.preprocess((nothing) => nothing ?? null, z.null()).meta({ id: 'Accepted' });

/** An answer without the envelope: discovery, health, status. */
export const RespondsBare = (status: number, schema: z.ZodType, description = 'OK'): MethodDecorator => {
	const form: ResponseForm = { status, message: description, isEnveloped: false };
	return applyDecorators(
		HttpCode(status),
		ApiResponse({ status, description, standardSchema: schema }),
		SerializeOptions({ schema }),
		SetMetadata(RESPONSE_FORM, form),
	);
};

/** A 204. */
export const RespondsNothing = (description = 'Done'): MethodDecorator => {
	const form: ResponseForm = { status: 204, message: description, isEnveloped: false };
	return applyDecorators(HttpCode(204), ApiResponse({ status: 204, description }), SetMetadata(RESPONSE_FORM, form));
};

const enveloped = (data: z.ZodType, message: string): z.ZodType =>
	z.object({
		success: z.literal(true),
		data,
		message: z.string().meta({ examples: [message] }),
		errors: z.null(),
	});

/** The data of a list: `nextCursor` is passed back as `cursor`; `null` at the end. */
export const listOf = <Item extends z.ZodType>(
	item: Item,
): z.ZodObject<{ items: z.ZodArray<Item>; nextCursor: z.ZodNullable<z.ZodString> }> =>
	z.object({ items: z.array(item), nextCursor: z.string().nullable() });
