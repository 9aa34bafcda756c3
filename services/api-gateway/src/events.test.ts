import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { connect, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Message } from './clients/resources/message.ts';
import { createUserEventPublisher, type UserEventPublisher, userRoom } from './events.ts';

const userId = 'a user';

describe('what the sessions of a user are told', () => {
  let http: HttpServer;
  let io: Server;
  let session: Socket;
  let events: UserEventPublisher;

  beforeAll(async () => {
    http = createServer();
    io = new Server(http);
    io.on('connection', (socket) => void socket.join(userRoom(userId)));
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    events = createUserEventPublisher(io);
    session = connect(`http://127.0.0.1:${(http.address() as AddressInfo).port}`, { transports: ['websocket'] });
    await new Promise<void>((resolve) => session.once('connect', resolve));
  });
  afterAll(async () => {
    session.disconnect();
    await io.close();
  });

  it('comes by itself when it was put off', async () => {
    const told = new Promise((resolve) => session.once('message:created', resolve));
    events.defer(() => events.publish([userId], 'message:created', { id: 'alone' } as Message));
    expect(await told).toMatchObject({ id: 'alone' });
  });

  it('comes in the order in which it came about, though the first of it was put off', async () => {
    const names: string[] = [];
    const all = new Promise<void>((resolve) => {
      session.onAny((name: string) => {
        if (names.push(name) === 3) resolve();
      });
    });
    events.defer(() => events.publish([userId], 'message:created', { id: 'one' } as Message));
    events.defer(() => events.publish([userId], 'conversation:deleted', { id: 'two', version: 2 }));
    events.publish([userId], 'typing', { conversationId: 'three', userId, typing: true });
    await all;
    expect(names).toEqual(['message:created', 'conversation:deleted', 'typing']);
  });
});
