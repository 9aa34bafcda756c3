export { AppError, type AppErrorOptions, type FieldViolation, toAppError, validationError } from './app-error.ts';
export { type CatalogueEntry, catalogue, type ErrorReason, isErrorReason } from './catalogue.ts';
export { fromGrpcError } from './from-grpc.ts';
export { type Problem, problemSchema, toProblem } from './problem.ts';
export { toGrpcError } from './to-grpc.ts';
