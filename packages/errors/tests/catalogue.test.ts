import { readFileSync } from 'node:fs';
import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  AppError,
  catalogue,
  isErrorReason,
  problemSchema,
  toAppError,
  toProblem,
  validationError,
} from '../src/index.ts';

const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
const proto = readFileSync(new URL('../../../proto/chatbot/error/v1/error_reason.proto', import.meta.url), 'utf8');
const reasons = Object.keys(catalogue).filter(isErrorReason);

describe('the catalogue', () => {
  it('has an entry for each reason of the contract and no other', () => {
    const names = [...proto.matchAll(/^ {2}ERROR_REASON_(\w+) = [1-9]/gm)].map(([, name]) => name);
    expect(reasons.toSorted()).toEqual(names.toSorted());
  });

  it('has a section in docs/errors.md for each reason, in its order, and no other', () => {
    const sections = [...page.matchAll(/^### (\w+)$/gm)].map(([, name]) => name);
    expect(sections).toEqual(reasons);
  });

  it.each(reasons)('says of %s what docs/errors.md says', (reason) => {
    const { code, http, title, retryable } = catalogue[reason];
    const section = page.split(`### ${reason}\n`)[1]?.split('\n#')[0] ?? '';
    expect(section).toContain(`HTTP ${http} · gRPC ${status[code]} · ${retryable ? 'retryable' : 'not retryable'}`);
    expect(section).toContain(`“${title}”`);
    expect(section).toMatch(/\*\*Do:\*\* \S/);
  });
});

describe('toProblem', () => {
  it.each(reasons)('makes of %s a problem document that its schema accepts', (reason) => {
    const { http, title } = catalogue[reason];
    const problem = toProblem(new AppError(reason, { retryAfterMs: 1 }), 'request-1');
    expect(problemSchema.parse(problem)).toEqual(problem);
    expect(problem).toMatchObject({ status: http, title, reason, retryAfterSeconds: 1, requestId: 'request-1' });
    expect(problem.type).toMatch(/^urn:chatbot:error:[a-z-]+$/);
  });

  it('leaves the cause out', () => {
    const problem = toProblem(new AppError('INTERNAL', { cause: new Error('canary') }));
    expect(JSON.stringify(problem)).not.toContain('canary');
  });
});

describe('toAppError', () => {
  it('makes INTERNAL of what it does not know, with a fixed text', () => {
    const error = toAppError(new Error('canary'));
    expect(error).toMatchObject({ reason: 'INTERNAL', detail: catalogue.INTERNAL.title });
  });
});

describe('validationError', () => {
  it('names the fields and not the values', () => {
    const schema = z.object({ params: z.object({ temperature: z.number().max(2) }), name: z.string() });
    const { error = new z.ZodError([]) } = schema.safeParse({ params: { temperature: 424_242 }, name: 7 });
    const failure = validationError(error);
    expect(failure.violations.map(({ field }) => field)).toEqual(['params.temperature', 'name']);
    expect(JSON.stringify(toProblem(failure))).not.toContain('424242');
  });

  it('reports at most 20 fields', () => {
    const { error = new z.ZodError([]) } = z.array(z.string()).safeParse(Array.from({ length: 50 }, () => 1));
    expect(validationError(error).violations).toHaveLength(20);
  });
});
