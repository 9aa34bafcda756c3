import { toAppError, toProblem } from '@chatbot/errors';
import type { Request, Response } from 'express';

const ndjson = 'application/x-ndjson';

/** Whether the client asks for one JSON object a line, as they come to be. */
export function wantsLines(request: Request): boolean {
  return request.headers.accept?.includes(ndjson) === true;
}

/**
 * Answers with the lines that `work` tells, and one of type "done" with what it returns. What goes wrong after the first line is told in one of
 * type "error", because the status has been sent; before, it is thrown.
 */
export async function answerWithLines(
  { response, requestId }: { response: Response; requestId: string },
  work: (line: (value: object) => void) => Promise<object>,
): Promise<void> {
  const line = (value: object) => {
    if (!response.headersSent) response.writeHead(200, { 'content-type': ndjson, 'cache-control': 'no-store' });
    response.write(`${JSON.stringify(value)}\n`);
  };
  try {
    line({ type: 'done', ...(await work(line)) });
  } catch (thrown) {
    if (!response.headersSent) throw thrown;
    line({ type: 'error', problem: toProblem(toAppError(thrown), requestId) });
  }
  response.end();
}
