/** One message to send. */
export interface TurnRequest {
  /** A model of the simulator. */
  model: string;
  /** Caps the reply. */
  tokensMax: number;
  /** The conversation to go on with; a new one without. */
  conversationId?: string | undefined;
  /** Called with each piece of the reply, in order. */
  onText?: (text: string) => void;
}

/** What became of a message; times are those of performance.now(). */
export interface TurnResult {
  sentAtMs: number;
  /** When the client knew that the message was accepted; undefined where nothing is acknowledged. */
  ackAtMs?: number;
  firstTextAtMs: number;
  endedAtMs: number;
  conversationId: string;
  generationId: string;
}

/** One client; it runs one turn at a time. */
export interface Connection extends Disposable {
  /** Resolves when the reply has ended as it should; rejects when it has not. */
  runTurn(request: TurnRequest): Promise<TurnResult>;
}

/** A way from a client to the model: what is measured, side by side with others. */
export interface PathUnderTest {
  name: string;
  /** Opens a connection, for a user of its own where there are users. */
  connect(options?: ConnectOptions): Promise<Connection>;
  /** Where the Socket.IO server listens; undefined where there is none. */
  url?: string;
  /** The process of that server. */
  gatewayPid?: number;
  /** Where the gateway tells its metrics; undefined where there is no gateway. */
  metricsUrl?: string;
  /** The Redis that holds generation logs; undefined where there is none. */
  redisUrl?: string;
}

export interface ConnectOptions {
  /** Instead of the path's own URL: a proxy in front of it. */
  url?: string;
}
