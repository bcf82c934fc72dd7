// The clients are installed beside this file, apart from the product's own dependencies.
export { Ollama } from 'ollama';
export { default as OpenAI6 } from 'openai6';
export { default as OpenAI7 } from 'openai7';
