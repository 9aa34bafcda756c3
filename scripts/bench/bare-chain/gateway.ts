// The second half of the bare chain: a Socket.IO server that sends each gRPC message on as one frame. It stores nothing and
// checks nobody. gateway.ts <address of ai-server>
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { aiServiceDefinition } from '@chatbot/proto';
import type { GenerateResponse__Output } from '@chatbot/proto/chatbot/ai/v1/GenerateResponse';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { Server, type Socket } from 'socket.io';

const { Generate } = aiServiceDefinition;
const [aiAddress = ''] = process.argv.slice(2);
const ai = new Client(aiAddress, credentials.createInsecure());

const http = createServer();
const io = new Server(http, { transports: ['websocket'], perMessageDeflate: false, serveClient: false });
io.on('connection', (socket) => {
  socket.on('message:send', (message, ack) => {
    const generationId = randomUUID();
    ack({ ok: true, data: { generationId, conversationId: message.conversationId ?? randomUUID() } });
    stream({ socket, generationId, message });
  });
});
http.listen(0, '127.0.0.1', () => {
  const address = http.address();
  if (typeof address !== 'object' || address === null) throw new Error('a TCP server has no port');
  console.log(JSON.stringify({ listening: `http://127.0.0.1:${address.port}` }));
});

interface StreamOptions {
  socket: Socket;
  generationId: string;
  message: { content: string; model: string; params: { maxTokens: number } };
}

function stream({ socket, generationId, message }: StreamOptions): void {
  const call = ai.makeServerStreamRequest(
    Generate.path,
    Generate.requestSerialize,
    Generate.responseDeserialize,
    {
      generationId,
      model: message.model,
      parameters: { maxTokens: message.params.maxTokens },
      messages: [{ role: 'user', content: message.content }],
    },
    new Metadata(),
  );
  let seq = 0;
  const send = (body: object) => {
    seq += 1;
    socket.emit('generation:frame', { v: 1, generationId, seq, ...body });
  };
  call.on('data', ({ delta }: GenerateResponse__Output) => {
    if (delta) send({ type: 'delta', text: delta.text });
    else send({ type: 'end', status: 'completed' });
  });
  call.on('error', ({ message: reason }) => send({ type: 'end', status: 'failed', problem: { detail: reason } }));
}
