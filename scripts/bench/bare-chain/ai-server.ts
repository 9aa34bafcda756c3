// The first half of the bare chain: forwards each line of the model server's answer as one gRPC message.
// ai-server.ts <URL of the model server>
import { Agent, type IncomingMessage, request } from 'node:http';
import { aiServiceDefinition } from '@chatbot/proto';
import type { GenerateRequest__Output } from '@chatbot/proto/chatbot/ai/v1/GenerateRequest';
import type { GenerateResponse } from '@chatbot/proto/chatbot/ai/v1/GenerateResponse';
import { Server, ServerCredentials, type ServerDuplexStream, status } from '@grpc/grpc-js';

type Call = ServerDuplexStream<GenerateRequest__Output, GenerateResponse>;

const [modelServerUrl = ''] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true });

const server = new Server();
server.addService({ Generate: aiServiceDefinition.Generate }, { Generate: generate });
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  console.log(JSON.stringify({ listening: `127.0.0.1:${port}` }));
});

function generate(call: Call): void {
  call.once('data', (asked: GenerateRequest__Output) => answer(asked, call));
}

function answer({ model, messages, parameters }: GenerateRequest__Output, call: Call): void {
  const options = { num_predict: parameters?.maxTokens ?? -1 };
  const headers = { 'content-type': 'application/json' };
  const asked = request(`${modelServerUrl}/api/chat`, { method: 'POST', agent, headers }, (answer) => {
    if (answer.statusCode === 200) forward(answer, call);
    else fail(call, `the model server answered ${answer.statusCode}`);
  });
  asked.on('error', ({ message }) => fail(call, message));
  asked.end(JSON.stringify({ model, messages, stream: true, options }));
}

function forward(answer: IncomingMessage, call: Call): void {
  let rest = '';
  answer.setEncoding('utf8');
  answer.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) writeLine(line, call);
  });
  answer.on('error', ({ message }) => fail(call, message));
  answer.on('end', () => call.end());
}

function writeLine(line: string, call: Call): void {
  const { done, message, error } = JSON.parse(line);
  if (error !== undefined) fail(call, error);
  else if (done === true) call.write({ finished: { reason: 'REASON_STOP' } });
  else call.write({ delta: { text: message.content } });
}

function fail(call: Call, details: string): void {
  call.emit('error', { code: status.UNAVAILABLE, details });
}
