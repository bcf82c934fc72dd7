import { describe, expect, it } from '@jest/globals';
import {
	AnthropicAdapter,
	type ChatRequest,
	NO_WISHES,
	OllamaAdapter,
	OpenAiAdapter,
	type Provider,
	type ProviderAdapter,
	Untranslatable,
} from '#libs/providers';
import { scanJson } from '../../json/scan-json.js';
import type { AnswerContext, AnswerPipe, ClientOperation } from '../client-operation.js';
