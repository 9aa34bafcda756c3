import { errorMessages } from '@chatbot/proto';
import { type Metadata, status } from '@grpc/grpc-js';
import { AppError, type AppErrorOptions } from './app-error.ts';
import { type ErrorReason, isErrorReason } from './catalogue.ts';
import { errorDomain, statusDetailsKey } from './to-grpc.ts';

type GrpcError = Error & { code: number; details: string; metadata?: Metadata };

/**
 * Rebuilds the AppError that the other side threw. An error without our details (the peer is down, a proxy answered)
 * keeps its gRPC status where a caller can act on it and is INTERNAL otherwise; its text is never passed on.
 */
export function fromGrpcError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  if (!isGrpcError(thrown)) return new AppError('INTERNAL', { cause: thrown });
  return fromDetails(thrown) ?? new AppError(fallbackReason(thrown.code), { cause: thrown });
}

function fromDetails(error: GrpcError): AppError | undefined {
  const [bytes] = error.metadata?.get(statusDetailsKey) ?? [];
  if (!Buffer.isBuffer(bytes)) return undefined;
  const options: AppErrorOptions = { cause: error };
  let reason: ErrorReason | undefined;
  try {
    const { message, details } = errorMessages.status.deserialize(bytes);
    options.detail = message;
    for (const { type_url: typeUrl, value } of details) {
      const body = Buffer.from(value);
      if (typeUrl.endsWith('/google.rpc.ErrorInfo')) {
        const info = errorMessages.errorInfo.deserialize(body);
        if (info.domain === errorDomain && isErrorReason(info.reason)) reason = info.reason;
        options.metadata = { ...info.metadata };
      } else if (typeUrl.endsWith('/google.rpc.BadRequest')) {
        const { fieldViolations } = errorMessages.badRequest.deserialize(body);
        options.violations = fieldViolations.map(({ field, description }) => ({ field, message: description }));
      } else if (typeUrl.endsWith('/google.rpc.RetryInfo')) {
        const { retryDelay } = errorMessages.retryInfo.deserialize(body);
        if (retryDelay !== null) options.retryAfterMs = retryDelay.seconds * 1000 + retryDelay.nanos / 1e6;
      }
    }
  } catch {
    // Details that do not parse are as good as none: the status code still says enough.
    return undefined;
  }
  return reason === undefined ? undefined : new AppError(reason, options);
}

function fallbackReason(code: number): ErrorReason {
  switch (code) {
    case status.UNAVAILABLE:
      return 'UNAVAILABLE';
    case status.DEADLINE_EXCEEDED:
      return 'DEADLINE_EXCEEDED';
    case status.CANCELLED:
      return 'CANCELLED';
    case status.RESOURCE_EXHAUSTED:
      return 'OVERLOADED';
    default:
      return 'INTERNAL';
  }
}

function isGrpcError(thrown: unknown): thrown is GrpcError {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'number' && 'details' in thrown;
}
