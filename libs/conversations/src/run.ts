export type RunState = 'queued' | 'running' | 'completed' | 'stopped' | 'interrupted' | 'failed';
