export const themes = ['system', 'light', 'dark'] as const;

/** Sampling parameters of new messages; what is absent takes the default of the persona. */
export type PreferredParameters = {
  readonly temperature?: number | undefined;
  readonly topP?: number | undefined;
  readonly maxTokens?: number | undefined;
  readonly seed?: number | undefined;
  readonly stop?: readonly string[] | undefined;
};

/** How a person wants the system to behave. Empty texts leave the choice to the system or the browser. */
export type Settings = {
  readonly theme: (typeof themes)[number];
  readonly defaultPersona: string;
  readonly defaultModel: string;
  readonly parameters: PreferredParameters;
  /** A BCP 47 tag. */
  readonly language: string;
  readonly sendOnEnter: boolean;
};

export type Preferences = Settings & {
  /** Counts the changes; 0 for somebody who never chose. */
  readonly version: number;
};

/** What applies until somebody chooses. */
export const defaultPreferences: Preferences = {
  theme: 'system',
  defaultPersona: '',
  defaultModel: '',
  parameters: {},
  language: '',
  sendOnEnter: true,
  version: 0,
};
