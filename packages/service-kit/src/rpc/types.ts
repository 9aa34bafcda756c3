import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';

/**
 * The names of the methods of a service. The generated definitions extend grpc-js's index of any name, which is left out: a name that the
 * service does not have must not compile.
 */
export type MethodName<Definition extends ServiceDefinition> = keyof {
  [Name in keyof Definition as string extends Name ? never : Name]: Definition[Name];
} &
  keyof Definition &
  string;

// The generated definitions carry four types a method (request and response, each as sent and as received) in the
// positions of the (de)serializers.

/** What a client passes in. */
export type RequestInput<Method> = Method extends { requestSerialize: (value: infer Value) => Buffer } ? Value : never;
/** What a client gets back. */
export type ResponseOutput<Method> = Method extends { responseDeserialize: (bytes: Buffer) => infer Value }
  ? Value
  : never;
/** What a server gives back. */
export type ResponseInput<Method> = Method extends { responseSerialize: (value: infer Value) => Buffer }
  ? Value
  : never;

export type AnyMethod = MethodDefinition<object, object>;
