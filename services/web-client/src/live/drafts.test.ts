import { describe, expect, it } from 'vitest';
import { noAnswer, ProblemError } from '../api/problem.ts';
import { ProblemSchema } from '../api/schemas.ts';
import { createDrafts, type Drafts } from './drafts.ts';

/** What the server keeps: one text with a version, replaced only over the version that was seen. */
function startServer() {
  const stored = { text: '', version: 0 };
  const devices: Drafts[] = [];
  return {
    stored,
    devices,
    save(draft: { text: string; version: number }): number {
      if (draft.version !== stored.version) {
        const metadata = { currentVersion: String(stored.version), currentText: stored.text };
        throw new ProblemError(ProblemSchema.parse({ title: 'x', status: 409, reason: 'VERSION_CONFLICT', metadata }));
      }
      Object.assign(stored, { text: draft.text, version: stored.version + 1 });
      return stored.version;
    },
    tellAll(): void {
      for (const device of devices) device.receive('c1', { ...stored });
    },
  };
}

type Server = ReturnType<typeof startServer>;

function startDevice(server: Server, storage: Storage = memoryStorage()) {
  const tasks = new Set<() => void>();
  const network = { isOnline: true, saveCount: 0 };
  const drafts = createDrafts({
    storage,
    storagePrefix: 'drafts.',
    isOnline: () => network.isOnline,
    async save(_id, draft) {
      network.saveCount += 1;
      if (!network.isOnline) throw noAnswer();
      return server.save(draft);
    },
    schedule(task) {
      tasks.add(task);
      return () => void tasks.delete(task);
    },
  });
  server.devices.push(drafts);
  /** Lets the pause pass until nothing is left to do. */
  async function settle(): Promise<void> {
    while (tasks.size > 0) {
      const due = [...tasks];
      tasks.clear();
      for (const task of due) task();
      // The answer of the server and what follows from it.
      for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    }
  }
  return { drafts, storage, network, settle, text: () => drafts.text('c1').get() };
}

function memoryStorage(): Storage {
  const items = new Map<string, string>();
  return {
    get length() {
      return items.size;
    },
    key: (index) => [...items.keys()][index] ?? null,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
    clear: () => items.clear(),
  };
}

describe('a draft', () => {
  it('is on the other device after a pause, with one save for many keys', async () => {
    const server = startServer();
    const [here, there] = [startDevice(server), startDevice(server)];
    for (const text of ['H', 'He', 'Hello']) here.drafts.write('c1', text);
    await here.settle();
    server.tellAll();
    expect([there.text(), here.network.saveCount]).toEqual(['Hello', 1]);
  });

  it('is there again after a crash without a connection, and reaches the server afterwards', async () => {
    const server = startServer();
    const before = startDevice(server);
    before.network.isOnline = false;
    before.drafts.write('c1', 'Hello');
    const after = startDevice(server, before.storage);
    expect(after.text()).toBe('Hello');
    after.drafts.connected();
    await after.settle();
    expect(server.stored.text).toBe('Hello');
  });

  it('is cleared everywhere when it is sent, but not where more was written meanwhile', async () => {
    const server = startServer();
    const [here, idle, busy] = [startDevice(server), startDevice(server), startDevice(server)];
    here.drafts.write('c1', 'Hello');
    await here.settle();
    server.tellAll();
    busy.drafts.write('c1', 'Hello, you');
    here.drafts.write('c1', '');
    await here.settle();
    server.tellAll();
    await busy.settle();
    server.tellAll();
    expect([server.stored.text, busy.text()]).toEqual(['Hello, you', 'Hello, you']);
    expect(idle.text()).toBe('Hello, you');
    expect(here.storage.length).toBe(1);
  });

  it('of two devices that wrote without knowing of each other keeps both, on both', async () => {
    const server = startServer();
    const [here, there] = [startDevice(server), startDevice(server)];
    here.drafts.write('c1', 'Buy milk');
    there.drafts.write('c1', 'Call Ada');
    await here.settle();
    await there.settle();
    server.tellAll();
    expect([here.text(), there.text()]).toEqual(['Buy milk\n\nCall Ada', 'Buy milk\n\nCall Ada']);
    expect(server.stored.text).toBe('Buy milk\n\nCall Ada');
  });

  it('that comes back as an event before its own confirmation changes nothing that was written since', async () => {
    const server = startServer();
    const { drafts, settle, text } = startDevice(server);
    drafts.write('c1', 'Hello');
    const settled = settle();
    drafts.write('c1', 'Hello, you');
    drafts.receive('c1', { text: 'Hello', version: 1 });
    await settled;
    await settle();
    expect([text(), server.stored]).toEqual(['Hello, you', { text: 'Hello, you', version: 2 }]);
  });

  it('stays in the browser where it may not be saved, and is not tried for ever', async () => {
    const server = startServer();
    const { drafts, settle, storage } = startDevice(server);
    server.save = () => {
      throw new ProblemError(ProblemSchema.parse({ title: 'x', status: 403, reason: 'PERMISSION_DENIED' }));
    };
    drafts.write('c1', 'Hello');
    await settle();
    expect(startDevice(server, storage).text()).toBe('Hello');
  });
});
