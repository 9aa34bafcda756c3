import type { ErrorReason as WireErrorReason } from '@chatbot/proto/chatbot/error/v1/ErrorReason';
import { status } from '@grpc/grpc-js';

type WireName = Extract<WireErrorReason, string>;

/** A name of chatbot.error.v1.ErrorReason without its prefix. */
export type ErrorReason = Exclude<WireName extends `ERROR_REASON_${infer Name}` ? Name : never, 'UNSPECIFIED'>;

export type CatalogueEntry = {
  /** gRPC status code. */
  readonly code: status;
  /** HTTP status code. */
  readonly http: number;
  /** The title of the problem document: one short sentence that is the same for every occurrence. */
  readonly title: string;
  /** Whether the same request may succeed later without a change. */
  readonly retryable: boolean;
};

/** Every error that may leave a service. gRPC statuses, HTTP problems, socket acks and docs/errors.md follow from it. */
export const catalogue: Readonly<Record<ErrorReason, CatalogueEntry>> = {
  INTERNAL: entry(status.INTERNAL, 500, 'Something went wrong on our side'),
  UNAVAILABLE: retryable(status.UNAVAILABLE, 503, 'A part of the system cannot be reached'),
  DEADLINE_EXCEEDED: retryable(status.DEADLINE_EXCEEDED, 504, 'The answer took too long'),
  CANCELLED: entry(status.CANCELLED, 499, 'The request was cancelled'),
  OVERLOADED: retryable(status.UNAVAILABLE, 503, 'The system is busy'),
  VALIDATION_FAILED: entry(status.INVALID_ARGUMENT, 400, 'The request is not valid'),
  PAYLOAD_TOO_LARGE: entry(status.INVALID_ARGUMENT, 413, 'The request is too large'),
  HEADERS_TOO_LARGE: entry(status.INVALID_ARGUMENT, 431, 'The headers are too large'),
  REQUEST_TIMEOUT: retryable(status.DEADLINE_EXCEEDED, 408, 'The request did not arrive in time'),
  UNSUPPORTED_MEDIA_TYPE: entry(status.INVALID_ARGUMENT, 415, 'The format of the body is not supported'),
  METHOD_NOT_ALLOWED: entry(status.UNIMPLEMENTED, 405, 'The method is not allowed here'),
  ROUTE_NOT_FOUND: entry(status.UNIMPLEMENTED, 404, 'There is nothing at this address'),
  TOKEN_MISSING: entry(status.UNAUTHENTICATED, 401, 'An access token is needed'),
  TOKEN_INVALID: entry(status.UNAUTHENTICATED, 401, 'The access token is not valid'),
  TOKEN_EXPIRED: entry(status.UNAUTHENTICATED, 401, 'The access token has expired'),
  CREDENTIALS_INVALID: entry(status.UNAUTHENTICATED, 401, 'The address or the password is wrong'),
  REFRESH_TOKEN_INVALID: entry(status.UNAUTHENTICATED, 401, 'The session has ended'),
  PERMISSION_DENIED: entry(status.PERMISSION_DENIED, 403, 'This is not allowed'),
  ORIGIN_NOT_ALLOWED: entry(status.PERMISSION_DENIED, 403, 'Requests from this origin are not allowed'),
  TOKEN_REVOKED: entry(status.UNAUTHENTICATED, 401, 'The access token has been revoked'),
  SECOND_FACTOR_REQUIRED: entry(status.UNAUTHENTICATED, 401, 'A code is needed besides the password'),
  SECOND_FACTOR_INVALID: entry(status.UNAUTHENTICATED, 401, 'The code is wrong or was used'),
  SETUP_TOKEN_INVALID: entry(status.PERMISSION_DENIED, 403, 'The setup token is not valid'),
  RESOURCE_NOT_FOUND: entry(status.NOT_FOUND, 404, 'This does not exist'),
  EMAIL_TAKEN: entry(status.ALREADY_EXISTS, 409, 'This address already has an account'),
  VERSION_CONFLICT: entry(status.ABORTED, 409, 'It was changed in the meantime'),
  IDEMPOTENCY_CONFLICT: entry(status.ALREADY_EXISTS, 409, 'This message id was used with other content'),
  SECOND_FACTOR_ON: entry(status.FAILED_PRECONDITION, 409, 'The second factor is on already'),
  LAST_ADMIN: entry(status.FAILED_PRECONDITION, 409, 'The system needs an administrator'),
  PASSWORD_TOO_WEAK: entry(status.INVALID_ARGUMENT, 422, 'The password is too weak'),
  RATE_LIMITED: retryable(status.RESOURCE_EXHAUSTED, 429, 'Too many requests'),
  QUOTA_EXCEEDED: retryable(status.RESOURCE_EXHAUSTED, 429, 'What your account may use is used up'),
  GENERATION_RUNNING: entry(status.FAILED_PRECONDITION, 409, 'The reply is still being written'),
  GENERATION_FENCED: entry(status.ABORTED, 409, 'The reply is written by another replica'),
  GENERATION_INTERRUPTED: retryable(status.ABORTED, 503, 'The reply was cut off'),
  MODEL_NOT_FOUND: entry(status.NOT_FOUND, 422, 'The model is not installed'),
  MODEL_UNAVAILABLE: retryable(status.UNAVAILABLE, 503, 'The model server cannot be reached'),
  MODEL_FAILED: retryable(status.INTERNAL, 502, 'The model server reported an error'),
};

/** Whether `value` names a reason of the catalogue. */
export function isErrorReason(value: string): value is ErrorReason {
  return Object.hasOwn(catalogue, value);
}

function entry(code: status, http: number, title: string): CatalogueEntry {
  return { code, http, title, retryable: false };
}

function retryable(code: status, http: number, title: string): CatalogueEntry {
  return { code, http, title, retryable: true };
}
