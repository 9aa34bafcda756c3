import type { ServerResponse } from 'node:http';
import { sendJson } from './http.ts';

/** How a reply looks on the wire; /api/chat and /api/generate differ in it. */
export interface ReplyFormat {
  /** The JSON of a chunk is these three around the time and the JSON of the token, made once and not once a token. */
  readonly beforeTime: string;
  readonly beforeToken: string;
  readonly afterToken: string;
  /** The last object, with the text of a reply that is not streamed, else with an empty one. */
  readonly final: (text: string, statistics: ReplyStatistics) => object;
}

/** Why a reply ended, and Ollama's measurements of it; durations are nanoseconds. */
export interface ReplyStatistics {
  readonly done_reason: string;
  readonly total_duration: number;
  readonly load_duration: number;
  readonly prompt_eval_count: number;
  readonly prompt_eval_duration: number;
  readonly eval_count: number;
  readonly eval_duration: number;
}

/** Where the tokens of one reply go. */
export interface ReplySink {
  /** Takes tokens; false asks to wait for onDrain before the next ones. */
  readonly push: (tokens: readonly string[]) => boolean;
  readonly onDrain: (resume: () => void) => void;
  readonly finish: (statistics: ReplyStatistics) => void;
  /** Ends with an error: a status while nothing is sent, else a line of the stream. */
  readonly fail: (message: string) => void;
  /** Ends without the done line. */
  readonly cut: () => void;
  /** Resets the connection, once what was pushed has been handed to the system. */
  readonly reset: () => void;
}

/** Makes a sink that writes a line of JSON a token (NDJSON), as Ollama streams. */
export function createStreamSink(response: ServerResponse, format: ReplyFormat): ReplySink {
  const write = (text: string): boolean => {
    if (!response.headersSent) {
      response.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
    }
    return response.write(text);
  };
  return {
    push: (tokens) => {
      const head = format.beforeTime + timestamp() + format.beforeToken;
      let lines = '';
      for (const token of tokens) {
        lines += `${head}${JSON.stringify(token)}${format.afterToken}\n`;
      }
      return write(lines);
    },
    onDrain: (resume) => response.once('drain', resume),
    finish: (statistics) => {
      write(`${JSON.stringify(format.final('', statistics))}\n`);
      response.end();
    },
    fail: (message) => {
      if (response.headersSent) {
        response.end(`${JSON.stringify({ error: message })}\n`);
      } else {
        sendJson(response, 500, { error: message });
      }
    },
    cut: () => {
      write('');
      response.end();
    },
    reset: () => reset(response),
  };
}

/** Makes a sink that answers with one JSON object at the end, for `"stream": false`. */
export function createWholeSink(response: ServerResponse, format: ReplyFormat): ReplySink {
  const parts: string[] = [];
  return {
    push: (tokens) => {
      parts.push(...tokens);
      return true;
    },
    onDrain: () => {},
    finish: (statistics) => sendJson(response, 200, format.final(parts.join(''), statistics)),
    fail: (message) => sendJson(response, 500, { error: message }),
    cut: () => response.socket?.destroy(),
    reset: () => reset(response),
  };
}

let lastMs = 0;
let lastTimestamp = '';

/** Returns the time as Ollama writes it (RFC 3339); made once a millisecond, because a flood asks far more often. */
export function timestamp(): string {
  const now = Date.now();
  if (now !== lastMs) {
    lastMs = now;
    lastTimestamp = new Date(now).toISOString();
  }
  return lastTimestamp;
}

function reset(response: ServerResponse): void {
  const socket = response.socket;
  if (response.headersSent) {
    // A reset drops what the system has not taken yet; an empty write is called back after all the writes before it.
    socket?.write('', () => socket.resetAndDestroy());
  } else {
    socket?.resetAndDestroy();
  }
}
