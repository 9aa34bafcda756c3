import { styleText } from 'node:util';
import { prettyFactory } from 'pino-pretty';
import type { RunningProcess } from './supervisor.ts';

export interface ReadyReport {
  url: string;
  /** The model that answers; undefined when none could be found. */
  model: string | undefined;
  dataDir: string;
  processes: readonly RunningProcess[];
}

/** What a start tells its reader. */
export interface StartOutput {
  /** Something about the start itself. */
  note: (text: string) => void;
  /** A line that a process printed. */
  log: (event: { name: string; line: string }) => void;
  ready: (report: ReadyReport) => void;
  restarted: (process: RunningProcess) => void;
}

type OutputStream = NodeJS.WritableStream & { isTTY?: boolean; hasColors?: () => boolean };

export interface OutputStreams {
  stdout: OutputStream;
  stderr: OutputStream;
}

const nameColors = ['cyan', 'magenta', 'blue', 'green', 'yellow'] as const;
const nameWidth = 22;

/** For a person: everything readable, the logs of each process behind its name. */
export function createTerminalOutput({ stdout, stderr }: OutputStreams): StartOutput {
  const style = (format: Parameters<typeof styleText>[0], text: string) => styleText(format, text, { stream: stdout });
  const colorize = stdout.isTTY === true && stdout.hasColors?.() === true;
  const pretty = prettyFactory({
    colorize,
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,hostname,service',
  });
  const colors = new Map<string, (typeof nameColors)[number]>();
  const colorOf = (name: string) => {
    const color = colors.get(name) ?? nameColors[colors.size % nameColors.length] ?? 'cyan';
    colors.set(name, color);
    return color;
  };
  return {
    note: (text) => stderr.write(`${text}\n`),
    log: ({ name, line }) => {
      const prefix = style(colorOf(name), `${name.padEnd(nameWidth)} │`);
      const text = line.startsWith('{') ? pretty(shorten(line)).trimEnd() : line;
      stdout.write(`${text.replace(/^/gm, `${prefix} `)}\n`);
    },
    ready: ({ url, model, dataDir }) => {
      stderr.write(
        `Answers come from ${model ?? 'no model yet'}; data is kept in ${dataDir}; Ctrl-C stops everything.\n`,
      );
      stdout.write(`${style('bold', `ready ${url}`)}\n`);
    },
    restarted: ({ name, pid }) => stdout.write(`restarted ${name} (pid ${pid})\n`),
  };
}

/** For a program: one JSON object a line on stdout when ready and on a restart; notes and raw logs go to stderr. */
export function createJsonOutput({ stdout, stderr }: OutputStreams): StartOutput {
  const print = (value: unknown) => stdout.write(`${JSON.stringify(value)}\n`);
  return {
    note: (text) => stderr.write(`${text}\n`),
    log: ({ line }) => stderr.write(`${line}\n`),
    ready: ({ url, model, dataDir, processes }) => {
      print({ ready: true, url, model: model ?? null, dataDir, processes });
    },
    restarted: ({ name, pid, url }) => {
      print({ restarted: { name, pid, ...(url === undefined ? {} : { url }) } });
    },
  };
}

/** A warning is news, not a fault to be traced: of its error only the message is shown. */
function shorten(line: string): string {
  try {
    const { err, ...record } = JSON.parse(line);
    return record.level === 'warn' && err !== undefined ? JSON.stringify({ ...record, reason: err.message }) : line;
  } catch {
    return line;
  }
}
