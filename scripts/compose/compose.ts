import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeEnv } from '../env/make-env.ts';
import { rootDir } from '../root-dir.ts';
import { runProgram } from '../run-program.ts';

/** How Compose is called here: the plugin of the Docker client, or the program of old. */
export type ComposeProgram = { readonly command: string; readonly args: readonly string[] };

/** The Compose that is installed, when a Docker engine answers. */
export async function findCompose(): Promise<ComposeProgram | undefined> {
  if (!(await succeeds('docker', ['info']))) return undefined;
  if (await succeeds('docker', ['compose', 'version'])) return { command: 'docker', args: ['compose'] };
  if (await succeeds('docker-compose', ['version'])) return { command: 'docker-compose', args: [] };
  return undefined;
}

/** A Compose project of its own, with its own secrets, port and volumes; all of it is gone when it is disposed of. */
export type Project = AsyncDisposable & {
  /** Where the page is. */
  readonly url: string;
  /** Runs a compose command. Throws with its output when it fails. */
  compose(...args: string[]): Promise<string>;
  /** Runs a docker command on the container of a service. Throws with its output when it fails. */
  docker(service: string, command: readonly [string, ...string[]]): Promise<string>;
  /** The Docker network of this name in the project. */
  network(name: string): string;
};

export async function openProject(program: ComposeProgram, { port }: { port: number }): Promise<Project> {
  const name = `chatbot-check-${process.pid}`;
  const dir = mkdtempSync(join(tmpdir(), `${name}-`));
  await makeEnv({ dir, modelServer: 'demo', scale: true, observability: false, port, help: false });
  const files = ['-f', join(rootDir, 'docker-compose.yml')];
  const env = {
    DOCKER_BUILDKIT: '1',
    COMPOSE_DOCKER_CLI_BUILD: '1',
    SECRETS_DIR: join(dir, '.compose'),
  };

  async function run(command: string, args: string[]): Promise<string> {
    const { code, output } = await runProgram({ command, args, cwd: rootDir, env });
    if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${output.trim().slice(-3_000)}`);
    return output;
  }

  function compose(...args: string[]): Promise<string> {
    const options = ['-p', name, '--env-file', join(dir, '.env'), ...files];
    return run(program.command, [...program.args, ...options, ...args]);
  }

  return {
    url: `http://127.0.0.1:${port}`,
    compose,
    async docker(service, [verb, ...args]) {
      const id = (await compose('ps', '-q', service)).trim();
      return run('docker', [verb, ...args, id]);
    },
    network: (network) => `${name}_${network}`,
    async [Symbol.asyncDispose]() {
      await compose('down', '--volumes', '--remove-orphans', '--timeout', '20');
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function succeeds(command: string, args: string[]): Promise<boolean> {
  const result = await runProgram({ command, args, cwd: rootDir }).catch(() => undefined);
  return result?.code === 0;
}
