import { Injectable } from '@nestjs/common';
import type { Command, Redis } from 'ioredis';
import type { Listed } from '#libs/kernel';
import { RedisConnection } from './redis-connection.js';
import { isUnknownScript, type Script, type ScriptValue } from './script.js';
import { silence, stopWaiting, type Waiting, waitAtMost } from './waits.js';

/** One call of a script. */
export interface ScriptQuestion<Result> {
	readonly script: Script<Result>;
	readonly keysAndArguments: readonly ScriptValue[];
	/** Where it is not the script's own number. */
	readonly keyCount?: number;
	/** How long Redis may be silent; `undefined`: as long as the connection stands. */
	readonly limitMs: number | undefined;
}

/** Hears how one call of a script went, by exactly one of the two. */
export interface ScriptListener<Result> {
	/** Numbers and lists are what the script returned; texts are Buffers. */
	onAnswer(result: Result): void;
	onFailure(error: Error): void;
}

/**
 * For the scripts that every call of the gateway runs: those of one tick go out in one write, in the order in which they
 * were asked for, and nothing is made for each but one object. The connection and the reading of answers are ioredis's.
 */
@Injectable()
export class ScriptLine {
	private waiting: ScriptCall<never>[] = [];
	private readonly flush = (): void => this.writeAll();

	constructor(private readonly redis: RedisConnection) {}

	send<Result>(question: ScriptQuestion<Result>, listener: ScriptListener<Result>): void {
		this.queue(new ScriptCall(this, question, listener));
	}

	/** The same as a promise. */
	run<Result>(question: ScriptQuestion<Result>): Promise<Result> {
		return new Promise((onAnswer, onFailure) => {
			this.send(question, { onAnswer, onFailure });
		});
	}

	/** Also for a call that has to be sent again. */
	queue<Result>(call: ScriptCall<Result>): void {
		if (this.waiting.length === 0) setImmediate(this.flush);
		this.waiting.push(call as ScriptCall<never>);
		call.beginToWait();
	}

	private writeAll(): void {
		const { hot } = this.redis;
		const calls = this.waiting;
		this.waiting = [];
		let bytes = '';
		const pipeline = { isPipeline: true, destination: { redis: hot }, write: (text: string) => void (bytes += text) };
		for (const call of calls) hot.sendCommand(call as unknown as Command, pipeline as unknown as PipelineStream);
		if (bytes !== '') hot.stream.write(bytes);
	}
}

/** Where ioredis writes commands that are to be sent together. */
type PipelineStream = Parameters<Redis['sendCommand']>[1];

/** What ioredis asks of a command, and no more. */
class ScriptCall<Result> implements Waiting, Listed {
	place = -1;
	ticksLeft = 0;
	readonly name = 'evalsha';
	/** What an error would tell of it. */
	readonly args: readonly string[] = [];
	/** Nobody watches these. */
	readonly isTraced = true;
	readonly promise = undefined;
	private isWhole = false;
	private isOver = false;

	constructor(
		private readonly line: ScriptLine,
		private readonly question: ScriptQuestion<Result>,
		private readonly listener: ScriptListener<Result>,
	) {}

	beginToWait(): void {
		const { limitMs } = this.question;
		if (limitMs !== undefined) waitAtMost(limitMs, this);
	}

	toWritable(): string {
		const { script, keysAndArguments, keyCount } = this.question;
		return script.encode(keysAndArguments, this.isWhole, keyCount);
	}

	resolve(result: Result): void {
		if (!this.finish()) return;
		this.listener.onAnswer(result);
	}

	reject(error: Error): void {
		if (this.isOver) return;
		if (!this.isWhole && isUnknownScript(error)) {
			this.isWhole = true;
			stopWaiting(this);
			this.line.queue(this);
			return;
		}
		this.finish();
		this.listener.onFailure(error);
	}

	giveUp(): void {
		if (this.finish()) this.listener.onFailure(silence(this.question.limitMs ?? 0));
	}

	/** Replies are taken as they come, and waits are limited here. */
	setReplyContext(): void {}
	setTimeout(): void {}

	private finish(): boolean {
		if (this.isOver) return false;
		this.isOver = true;
		stopWaiting(this);
		return true;
	}
}
