/** When a process is stopped: the edge first, what it stands on last. */
export const tiers = ['edge', 'service', 'backing'] as const;
export type Tier = (typeof tiers)[number];

/** How to know that a process can be used. */
export type Readiness =
  /** It is usable as soon as it runs. */
  | { by: 'spawn' }
  /** It sends {ready: true} over its IPC channel. */
  | { by: 'message' }
  /** Something listens on its port of the loopback address. */
  | { by: 'port'; port: number }
  /** GET of the URL answers 2xx. */
  | { by: 'http'; url: string };

/** How to run a TypeScript file of this repository on Node. */
export interface NodeProgram {
  /** Absolute path. */
  script: string;
  args: readonly string[];
  /** Added to the environment of this process. */
  env: Readonly<Record<string, string>>;
}

/** A process that runs as long as the stack does. */
export interface ProcessSpec extends NodeProgram {
  kind: 'process';
  name: string;
  /** Names of the steps that come first. */
  needs: readonly string[];
  tier: Tier;
  readiness: Readiness;
  /** Whether what it prints is shown as it comes, or only when it has ended unasked. */
  output: 'streamed' | 'on-failure';
  /** Where it is reached, for the reader of the ready line. */
  url?: string;
  metricsUrl?: string;
}

/** Work that ends before what needs it begins. */
export interface TaskSpec {
  kind: 'task';
  name: string;
  needs: readonly string[];
  /** Undefined when there is nothing to do. */
  program: NodeProgram | undefined;
  /** Called after the program has succeeded. */
  onDone?: () => void;
}

export type Step = ProcessSpec | TaskSpec;
