import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { createJsonOutput, createTerminalOutput, type StartOutput } from '../start/console-output.ts';

function capture(create: (streams: { stdout: PassThrough; stderr: PassThrough }) => StartOutput) {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const read = (stream: PassThrough) => String(stream.read() ?? '');
  return { output: create({ stdout, stderr }), stdout: () => read(stdout), stderr: () => read(stderr) };
}

const redis = { name: 'redis', pid: 7, url: 'redis://127.0.0.1:1' };
const report = { url: 'http://localhost:8080', model: 'demo:latest', dataDir: '/data', processes: [redis] };

it('prints nothing but JSON lines on stdout for a program', () => {
  const { output, stdout, stderr } = capture(createJsonOutput);
  output.note('✓ redis');
  output.log({ name: 'redis', line: '{"level":"info"}' });
  output.ready(report);
  output.restarted(redis);
  const lines = stdout().trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual([{ ready: true, ...report }, { restarted: redis }]);
  expect(stderr()).toBe('✓ redis\n{"level":"info"}\n');
});

it('says null for a model that could not be found', () => {
  const { output, stdout } = capture(createJsonOutput);
  output.ready({ ...report, model: undefined });
  expect(JSON.parse(stdout())).toMatchObject({ ready: true, model: null });
});

it('prints a line of its own with the address for a person', () => {
  const { output, stdout } = capture(createTerminalOutput);
  output.ready(report);
  expect(stdout()).toBe('ready http://localhost:8080\n');
});

it.each([
  ['a plain line', 'hello', /^ai-service +│ hello\n$/],
  [
    'a log entry, in one line',
    '{"level":"info","time":"2026-01-01T00:00:00.000Z","service":"ai-service","msg":"finished","code":"OK"}',
    /^ai-service +│ \[\d\d:\d\d:\d\d\.000\] INFO: finished \{"code":"OK"\}\n$/,
  ],
  [
    'a warning without the stack of its error',
    '{"level":"warn","time":"2026-01-01T00:00:00.000Z","msg":"slow","err":{"message":"late","stack":"Error: late\\n at x"}}',
    /^ai-service +│ \[.*\] WARN: slow \{"reason":"late"\}\n$/,
  ],
  ['what only looks like a log entry', '{nonsense', /^ai-service +│ \{nonsense\n$/],
])('shows %s behind the name of its process', (_what, line, expected) => {
  const { output, stdout } = capture(createTerminalOutput);
  output.log({ name: 'ai-service', line });
  expect(stdout()).toMatch(expected);
});
