import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { routeConfig } from '../edge/route-config.js';

/** The route answers with server-sent events, written straight to the socket. */
export const StreamsEvents = (description: string): MethodDecorator =>
	applyDecorators(
		routeConfig({ writesRaw: true }),
		ApiResponse({
			status: 200,
			description,
			content: {
				'text/event-stream': {
					schema: { type: 'string' },
					example: 'id: 2\nevent: text\ndata: {"type":"text","text":"Hello"}\n\n',
				},
			},
		}),
	);
