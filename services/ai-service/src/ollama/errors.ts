import { AppError, type ErrorReason } from '@chatbot/errors';

/**
 * unreachable: no connection, or no answer in time; busy: its queue is full; model-missing: it does not have the model;
 * out-of-memory: the model does not fit; failed: it reported another error; malformed: its answer breaks the protocol;
 * cut-off: the reply ended or stalled before its end; too-long: the reply is over our limits. Of a pull alone: disk-full: there is no room for
 * the model; outdated: the model needs a newer Ollama; library-unreachable: Ollama does not reach its library.
 */
export type OllamaFailure =
  | 'unreachable'
  | 'busy'
  | 'model-missing'
  | 'out-of-memory'
  | 'failed'
  | 'malformed'
  | 'cut-off'
  | 'too-long'
  | 'disk-full'
  | 'outdated'
  | 'library-unreachable';

/** What went wrong at an Ollama server. Its own words are left out: they may repeat the text of a conversation. */
export class OllamaError extends Error {
  readonly failure: OllamaFailure;

  constructor(failure: OllamaFailure, options: { cause?: unknown } = {}) {
    super(`Ollama: ${failure}`, options);
    this.name = 'OllamaError';
    this.failure = failure;
  }
}

/** Whether it is what a server that is not there would do, too. */
export function isAbsence(failure: OllamaFailure): boolean {
  return failure === 'unreachable' || failure === 'cut-off';
}

/** What a caller is told. Errors of other kinds are returned as they are. */
export function toCallerError(thrown: unknown): unknown {
  if (!(thrown instanceof OllamaError)) return thrown;
  return toAppError(thrown, answers);
}

/** The same of a pull. */
export function toPullError(thrown: OllamaError): AppError {
  return toAppError(thrown, pullAnswers);
}

function toAppError(error: OllamaError, from: Answers): AppError {
  const [reason, detail] = from[error.failure];
  return new AppError(reason, { detail, cause: error });
}

type Answers = Readonly<Record<OllamaFailure, readonly [ErrorReason, string]>>;

const answers: Answers = {
  unreachable: ['MODEL_UNAVAILABLE', 'Ollama does not answer at the configured address.'],
  busy: ['MODEL_UNAVAILABLE', 'Ollama is busy and takes no more requests now.'],
  'model-missing': ['MODEL_NOT_FOUND', 'The model was removed from Ollama.'],
  'out-of-memory': ['MODEL_FAILED', 'The model needs more memory than the Ollama server has free.'],
  failed: ['MODEL_FAILED', 'Ollama could not answer.'],
  malformed: ['MODEL_FAILED', 'Ollama sent an answer that cannot be read.'],
  'cut-off': ['MODEL_FAILED', 'Ollama stopped before the end of the reply.'],
  'too-long': ['MODEL_FAILED', 'The reply of the model grew beyond every limit and was cut off.'],
  'disk-full': ['MODEL_FAILED', 'The Ollama server has no room on its disk for the model.'],
  outdated: ['MODEL_FAILED', 'The model needs a newer version of Ollama.'],
  'library-unreachable': ['MODEL_FAILED', 'The Ollama server does not reach the library of models.'],
};

const pullAnswers: Answers = {
  ...answers,
  'model-missing': ['MODEL_NOT_FOUND', 'Ollama’s library has no model of this name.'],
  failed: ['MODEL_FAILED', 'Ollama could not pull the model; its log says why.'],
  'cut-off': ['MODEL_FAILED', 'Ollama stopped before the model was there. Pulled again, it goes on from what it has.'],
};

/** Classifies an answer with an error status; `message` is the error text in it, of which only the kind is kept. */
export function failureOfStatus(status: number, message: string): OllamaError {
  if (status === 404) return new OllamaError('model-missing');
  if (status === 429 || status === 503) return new OllamaError('busy');
  return failureOfMessage(message);
}

/** Classifies an error line inside a stream. */
export function failureOfMessage(message: string): OllamaError {
  return new OllamaError(/more system memory|out of memory/i.test(message) ? 'out-of-memory' : 'failed');
}

/** Classifies what ends a pull. The words are those of Ollama's server/images.go and server/download.go, and of Go's net package. */
export function failureOfPull(message: string): OllamaError {
  const [, failure] = pullFailures.find(([words]) => words.test(message)) ?? [];
  return new OllamaError(failure ?? 'failed');
}

const pullFailures: readonly (readonly [RegExp, OllamaFailure])[] = [
  [/no space left|not enough (disk )?space/i, 'disk-full'],
  [/newer version of Ollama/i, 'outdated'],
  [/file does not exist|manifest unknown|name unknown/i, 'model-missing'],
  [/dial tcp|no such host|i\/o timeout|connection refused|TLS handshake|max retries exceeded/i, 'library-unreachable'],
];
