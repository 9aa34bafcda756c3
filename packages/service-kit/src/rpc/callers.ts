import { AppError, toGrpcError } from '@chatbot/errors';
import { ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js';
import type { Logger } from '../logger.ts';
import { type ServiceName, serviceOf } from '../service-name.ts';

/** Which services may call which method, by its path. A path without an entry may be called by nobody. */
export type CallerRules = ReadonlyMap<string, readonly ServiceName[]>;

/** Refuses every call whose certificate is not of a service that the rules name for the method, the unknown methods' included. */
export function requireCallers(rules: CallerRules, { logger }: { logger: Logger }): ServerInterceptor {
  return ({ path }, call) => {
    const caller = serviceOf(call.getAuthContext().sslPeerCertificate?.subjectaltname);
    if (caller !== undefined && rules.get(path)?.includes(caller) === true) return new ServerInterceptingCall(call);
    logger.warn({ method: path.slice(1), caller: caller ?? 'unknown' }, 'caller refused');
    return new ServerInterceptingCall(call, {
      start(next) {
        // Nothing of the call is looked at: the listener that would is left out of the chain.
        next({ onReceiveMetadata() {}, onReceiveMessage() {}, onReceiveHalfClose() {} });
        call.sendStatus(refusal());
      },
    });
  };
}

function refusal() {
  const { code, details, metadata } = toGrpcError(
    new AppError('PERMISSION_DENIED', { detail: 'This service may not call this method' }),
  );
  return { code, details, metadata };
}
