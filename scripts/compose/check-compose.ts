import { freePort } from '@chatbot/testkit';
import { type ComposeProgram, openProject, type Project } from './compose.ts';
import { type Person, register, signIn, type Turn, textOf } from './person.ts';

type Step = { readonly name: string; run(): Promise<void> };

type Fault = {
  /** The service that is to be healthy again. */
  readonly at: string;
  break(): Promise<unknown>;
  mend(): Promise<unknown>;
  /** `nothing` can be stored or read until it is mended. */
  readonly stores?: 'nothing';
};

/** Runs every step, says each one's result in a line, and stops at the first that fails. Returns whether all held. */
export async function checkCompose(program: ComposeProgram, { build }: { build: boolean }): Promise<boolean> {
  await using project = await openProject(program, { port: await freePort() });
  for (const { name, run } of describeSteps(project, build)) {
    const startedAtMs = performance.now();
    try {
      await run();
      console.log(`✓ ${name} (${((performance.now() - startedAtMs) / 1_000).toFixed(0)} s)`);
    } catch (error) {
      console.log(`✗ ${name}\n${error instanceof Error ? error.message : String(error)}`);
      console.log(await project.compose('logs', '--tail', '20').catch(String));
      return false;
    }
  }
  return true;
}

function describeSteps(project: Project, build: boolean): Step[] {
  let account = { email: '', password: '' };
  let person: Person | undefined;
  let first: Turn | undefined;

  function somebody(): Person {
    if (person === undefined) throw new Error('nobody is signed in');
    return person;
  }

  /** Breaks something in the middle of a reply, mends it after the end, and looks whether the reply is whole: before that and after it. */
  function survives(name: string, fault: Fault): Step {
    return {
      name,
      async run() {
        const turn = await somebody().send(longQuestion);
        const following = somebody().follow(turn);
        // Awaited below; until then a failure must not end this process.
        following.catch(() => undefined);
        await fault.break();
        try {
          const frames = await following;
          if (fault.stores !== 'nothing') await expectWhole(somebody(), turn, frames);
        } finally {
          await fault.mend();
          await waitUntilHealthy(project, fault.at);
        }
        await waitFor(
          'the end of the reply is stored',
          async () => (await somebody().stored(turn)).status !== 'streaming',
        );
        await expectWhole(somebody(), turn, await following);
      },
    };
  }

  /** Fails when a process of a service is another one afterwards. */
  function withoutRestarts({ name, run }: Step): Step {
    const starts = () =>
      Promise.all(replicas.map((service) => project.docker(service, ['inspect', '--format', '{{.State.StartedAt}}'])));
    return {
      name,
      async run() {
        const before = await starts();
        await run();
        const after = await starts();
        const restarted = replicas.filter((_service, index) => before[index] !== after[index]);
        if (restarted.length > 0) throw new Error(`started again: ${restarted.join(', ')}`);
      },
    };
  }

  return [
    ...(build ? [{ name: 'the images are built', run: async () => void (await project.compose('build')) }] : []),
    { name: 'it comes up from nothing', run: () => bringUp(project) },
    {
      name: 'an account, a message, a streamed reply',
      async run() {
        const registered = await register(project.url);
        account = registered;
        person = registered;
        first = await registered.send('Hello');
        await expectWhole(registered, first, await registered.follow(first));
      },
    },
    {
      name: 'a file to import that is larger than any other request',
      async run() {
        const imported = await somebody().importConversation(50);
        if (imported !== 1) throw new Error(`${imported} conversations were imported`);
      },
    },
    ...['api-gateway', 'api-gateway-2'].map((service) =>
      survives(`a reply outlives ${service}, killed`, {
        at: service,
        break: () => project.docker(service, ['kill']),
        mend: () => project.docker(service, ['start']),
      }),
    ),
    survives('a reply outlives an ai-service, killed', {
      at: 'ai-service',
      break: () => project.docker('ai-service', ['kill']),
      mend: () => project.docker('ai-service', ['start']),
    }),
    survives('a reply outlives a chat-service that hangs', {
      at: 'chat-service',
      break: () => project.docker('chat-service', ['pause']),
      mend: () => project.docker('chat-service', ['unpause']),
    }),
    survives('a reply outlives a gateway that is cut off from everything behind it', {
      at: 'api-gateway',
      break: () => project.docker('api-gateway', ['network', 'disconnect', project.network('internal')]),
      mend: () =>
        project.docker('api-gateway', ['network', 'connect', '--alias', 'api-gateway', project.network('internal')]),
    }),
    withoutRestarts(
      survives('a reply outlives Postgres, away until after its end, and no service restarts', {
        at: 'postgres',
        break: () => project.docker('postgres', ['stop']),
        mend: () => project.docker('postgres', ['start']),
        stores: 'nothing',
      }),
    ),
    survives('a reply outlives a restart of Redis', {
      at: 'redis',
      break: () => project.docker('redis', ['restart']),
      mend: async () => undefined,
    }),
    ...replicas.map((service) =>
      survives(`a reply outlives the replacement of ${service}`, {
        at: service,
        break: async () => {
          await project.compose('rm', '--stop', '--force', service);
          await project.compose('up', '-d', '--no-build', '--no-deps', service);
        },
        mend: async () => undefined,
      }),
    ),
    {
      name: 'what is stored outlives docker compose down',
      async run() {
        await project.compose('down');
        await bringUp(project);
        person = await signIn(project.url, account);
        if (first === undefined) throw new Error('nothing was stored');
        const { content, status } = await person.stored(first);
        if (content === '' || status !== 'completed') throw new Error(`the reply came back ${status}: "${content}"`);
      },
    },
  ];
}

/** What the profile `scale` starts two of. */
const replicas = ['user-service', 'chat-service', 'ai-service', 'api-gateway'].flatMap((name) => [name, `${name}-2`]);

/** The demo model takes some ten seconds for the answer. */
const longQuestion = 'Tell me a long story about the sea, with every detail that you can think of.';

async function bringUp(project: Project): Promise<void> {
  await project.compose('up', '-d', '--no-build');
  await waitFor('the system is healthy', async () => {
    const response = await fetch(`${project.url}/health`, { signal: AbortSignal.timeout(5_000) });
    return JSON.parse(await response.text()).status === 'ok';
  });
}

async function expectWhole(person: Person, turn: Turn, frames: Awaited<ReturnType<Person['follow']>>): Promise<void> {
  const text = textOf(frames);
  const end = frames.at(-1)?.status;
  const stored = await person.stored(turn);
  if (end !== 'completed') throw new Error(`the reply ended ${end} after ${text.length} characters`);
  if (stored.content !== text) throw new Error(`stored are ${stored.content.length} characters, seen ${text.length}`);
}

async function waitUntilHealthy(project: Project, service: string): Promise<void> {
  await waitFor(`${service} is healthy`, async () => {
    const state = await project.docker(service, ['inspect', '--format', '{{.State.Health.Status}}']);
    return state.trim() === 'healthy';
  });
}

/** A busy machine takes minutes to start fourteen containers. */
const waitTimeoutMs = 600_000;

async function waitFor(what: string, condition: () => Promise<boolean>): Promise<void> {
  const deadlineMs = Date.now() + waitTimeoutMs;
  while (!(await condition().catch(() => false))) {
    if (Date.now() > deadlineMs) throw new Error(`not within ${waitTimeoutMs / 1_000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}
