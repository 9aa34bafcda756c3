import { errorMessages } from '@chatbot/proto';
import { Metadata } from '@grpc/grpc-js';
import type { AppError } from './app-error.ts';
import { catalogue } from './catalogue.ts';

/** The trailer of the rich error model: a serialized google.rpc.Status. */
export const statusDetailsKey = 'grpc-status-details-bin';

/** The name space of our reasons in google.rpc.ErrorInfo. */
export const errorDomain = 'chatbot';

/** An AppError as what a grpc-js handler gives its callback. The cause stays behind. */
export function toGrpcError(error: AppError): { code: number; details: string; metadata: Metadata } {
  const { code } = catalogue[error.reason];
  const metadata = new Metadata();
  const bytes = errorMessages.status.serialize({ code, message: error.detail, details: detailsOf(error) });
  metadata.set(statusDetailsKey, bytes);
  return { code, details: error.detail, metadata };
}

function detailsOf(error: AppError) {
  const { errorInfo, badRequest, retryInfo } = errorMessages;
  const details = [
    any(
      'google.rpc.ErrorInfo',
      errorInfo.serialize({ reason: error.reason, domain: errorDomain, metadata: error.metadata }),
    ),
  ];
  if (error.violations.length > 0) {
    const fieldViolations = error.violations.map(({ field, message }) => ({ field, description: message }));
    details.push(any('google.rpc.BadRequest', badRequest.serialize({ fieldViolations })));
  }
  if (error.retryAfterMs !== undefined) {
    const seconds = Math.floor(error.retryAfterMs / 1000);
    const nanos = Math.round((error.retryAfterMs - seconds * 1000) * 1e6);
    details.push(any('google.rpc.RetryInfo', retryInfo.serialize({ retryDelay: { seconds, nanos } })));
  }
  return details;
}

function any(type: string, value: Buffer) {
  return { type_url: `type.googleapis.com/${type}`, value };
}
