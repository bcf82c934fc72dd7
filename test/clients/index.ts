// The clients are installed beside this file, apart from the product's own dependencies.
export { createAnthropic } from '@ai-sdk/anthropic';
export { createOpenAI } from '@ai-sdk/openai';
export { AIMessage, HumanMessage } from '@langchain/core/messages';
export { ChatOllama, OllamaEmbeddings } from '@langchain/ollama';
export { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';
export * as ai from 'ai';
export { default as Anthropic0 } from 'anthropic0';
export { default as Anthropic1 } from 'anthropic1';
export { Ollama } from 'ollama';
export { createOllama } from 'ollama-ai-provider-v2';
export { default as OpenAI6 } from 'openai6';
export { default as OpenAI7 } from 'openai7';
export { zodTextFormat as zodTextFormat6 } from 'openai6/helpers/zod';
export { zodTextFormat as zodTextFormat7 } from 'openai7/helpers/zod';
export { z } from 'zod';
