import type { RequestContext, RpcCallOptions } from '@chatbot/service-kit';

/** For how long an answer is of use: calls to services that are made for it end then, too. Nothing, where it always is. */
export type Until = Pick<RpcCallOptions, 'deadlineAtMs' | 'signal'>;

/** On whose behalf a call to a service is made, and until when. */
export type Caller = { readonly context: RequestContext; readonly accessToken: string } & Until;
