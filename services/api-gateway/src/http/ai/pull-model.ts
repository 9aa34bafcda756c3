import { AppError } from '@chatbot/errors';
import type { PullModelResponse__Output } from '@chatbot/proto/chatbot/ai/v1/PullModelResponse';
import type { RpcStream } from '@chatbot/service-kit';
import type { Response } from 'express';
import { z } from 'zod';
import { timeouts } from '../../clients/clients.ts';
import { answerWithLines, wantsLines } from '../lines.ts';
import type { OpenStreams } from '../open-streams.ts';
import { defineRoute } from '../route.ts';

/** As chatbot.ai.v1.PullModelRequest has it: no host is part of a name, so that nobody makes a model server fetch from elsewhere. */
const modelNameSchema = z
  .string()
  .trim()
  .regex(
    /^(\w[\w-]{0,79}\/)?\w[\w.-]{0,79}(:\w[\w.-]{0,79})?$/,
    'must be a name such as "llama3.2:3b" or "namespace/name", without a host',
  )
  .meta({ description: 'A name of Ollama’s library, for example "llama3.2:3b" or "namespace/name"' });

export const pullModel = defineRoute({
  method: 'post',
  path: '/models/pull',
  access: 'user',
  tag: 'ai',
  summary:
    'Install a model on every model server, for administrators; with Accept: application/x-ndjson lines that tell how far it is, and one when it is done. Closing the connection ends it; asked for again, it goes on',
  body: z.object({ model: modelNameSchema }),
  responses: { 200: { description: 'The model is installed', schema: z.object({ model: z.string() }) } },
  async handle({ clients, streams }, { identity, context, body: { model }, request, response }) {
    if (identity.role !== 'admin') throw new AppError('PERMISSION_DENIED');
    const call = clients.ai.serverStream('PullModel', { model }, { context, timeoutMs: timeouts.pullMs });
    const pull = attended(call, { response, streams });
    if (wantsLines(request)) {
      await answerWithLines({ response, requestId: context.requestId }, async (line) => {
        for await (const progress of pull) line(toLine(progress));
        return { model };
      });
      return undefined;
    }
    for await (const _progress of pull);
    return { status: 200, body: { model } };
  },
});

/** A pull lasts as long as somebody waits for it. A replica that closes has no time for it either; the model server keeps what is there. */
async function* attended(
  call: RpcStream<PullModelResponse__Output>,
  { response, streams }: { response: Response; streams: OpenStreams },
): AsyncGenerator<PullModelResponse__Output, void> {
  let isClosing = false;
  using _open = streams.add(() => {
    isClosing = true;
    call.cancel();
  });
  if (response.closed) call.cancel();
  else response.once('close', call.cancel);
  try {
    yield* call;
  } catch (thrown) {
    if (!isClosing) throw thrown;
    const detail = 'The server is restarting. Pulled again, the model goes on from what is there.';
    throw new AppError('UNAVAILABLE', { detail, cause: thrown });
  }
}

function toLine({ state, completedBytes, totalBytes, server, serverCount }: PullModelResponse__Output): object {
  return { type: 'progress', state: states[state], completedBytes, totalBytes, server, serverCount };
}

const states = {
  STATE_UNSPECIFIED: 'preparing',
  STATE_PREPARING: 'preparing',
  STATE_DOWNLOADING: 'downloading',
  STATE_VERIFYING: 'verifying',
  STATE_FINISHING: 'finishing',
} as const;
