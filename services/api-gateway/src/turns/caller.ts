import type { RequestContext } from '@chatbot/service-kit';

/** On whose behalf a call to a service is made. */
export type Caller = { readonly context: RequestContext; readonly accessToken: string };
