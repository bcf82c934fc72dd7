import type { Principal } from '#libs/access';
import type { RunError } from '#libs/chat';
import type { ContentPart, RunState } from '#libs/conversations';
import type { TokenUsage, UsageSource } from '#libs/metering';

/** A run as its person sees it. */
export interface RunRecord {
	readonly id: string;
	readonly conversationId: string;
	/** The message that is answered. */
	readonly parentId: string | null;
	/** The answer, once it is stored. */
	readonly messageId: string | null;
	readonly state: RunState;
	readonly model: string;
	readonly error: RunError | null;
	readonly usage: RunUsage | null;
	readonly startedAt: Date | null;
	readonly finishedAt: Date | null;
	readonly createdAt: Date;
}

export type RunUsage = TokenUsage & { readonly source: UsageSource };

/** What is to be answered. One of them. */
export type RunQuestion =
	/** Something new, by default behind the active branch. */
	| { readonly kind: 'say'; readonly content: readonly ContentPart[]; readonly parentId?: string | null | undefined }
	/** Another answer beside this one, or to this message of the person. */
	| { readonly kind: 'regenerate'; readonly messageId: string }
	/** The rest of an answer that was cut off or stopped, together with what there is of it. */
	| { readonly kind: 'continue'; readonly messageId: string };

export interface RunOrder {
	/** `undefined`: in a new conversation. */
	readonly conversationId: string | undefined;
	/** Of a new conversation. */
	readonly systemPrompt?: string | undefined;
	/** The client's own name of the conversation, by which it is found again. */
	readonly clientChatId?: string | undefined;
	readonly question: RunQuestion;
	/** By default the conversation's, its folder's. */
	readonly model?: string | undefined;
	/** Over the conversation's, as OpenAI names them. */
	readonly parameters?: Readonly<Record<string, unknown>> | undefined;
	/** The same key and fingerprint: the same run. */
	readonly once?: { readonly key: string; readonly fingerprint: Buffer } | undefined;
}

/** Who asks. `fresh` proves them anew, where what was known of them no longer holds. */
export interface RunCaller {
	readonly principal: Principal;
	fresh(): Promise<Principal>;
}
