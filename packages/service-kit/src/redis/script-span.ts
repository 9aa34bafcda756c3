import type { Redis } from 'ioredis';
import { beginInTrace, type Trace } from '../tracing/current-trace.ts';
import { noTracing, type Span, type SpanOptions } from '../tracing/tracing.ts';

/**
 * Runs a script of Redis for one request, as a span of it (https://opentelemetry.io/docs/specs/semconv/db/redis/). The span has the name of the
 * script and no more: keys and arguments hold the ids of people and what they wrote.
 */
export function inScriptSpan<Result>(trace: Trace, script: string, run: () => Promise<Result>): Promise<Result> {
  const { tracing, context } = trace;
  return tracing === noTracing ? run() : endWith(tracing.begin(context, scriptSpan(script)), run);
}

/** The one script of rate-limiter-flexible. */
const limiterScript = 'rlflxIncr';

/**
 * A connection for limiters: what one of them asks Redis is a span of the call that it is asked for, see inTrace. A limiter answers from memory where it
 * can, and takes no more than a key, so its scripts are met here.
 */
export function limiterStore<Client extends Redis>(client: Client): Client {
  return new Proxy(client, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      const method = value.bind(target);
      if (name !== limiterScript) return method;
      return async (...args: unknown[]): Promise<unknown> => {
        const span = beginInTrace(scriptSpan(limiterScript));
        return span === undefined ? method(...args) : endWith(span, () => method(...args));
      };
    },
  });
}

function scriptSpan(script: string): SpanOptions {
  return {
    name: `EVALSHA ${script}`,
    kind: 'client',
    attributes: { 'db.system.name': 'redis', 'db.operation.name': 'EVALSHA', 'db.stored_procedure.name': script },
  };
}

async function endWith<Result>(span: Span, run: () => Promise<Result>): Promise<Result> {
  try {
    const result = await run();
    span.end();
    return result;
  } catch (error) {
    span.end({ error: { type: typeOf(error), isFault: true } });
    throw error;
  }
}

/** What Redis refuses is told by the first word of its answer (https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors). */
function typeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return (error.name === 'ReplyError' && /^[A-Z]+\b/.exec(error.message)?.[0]) || error.name;
}
