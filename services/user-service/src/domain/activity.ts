/** How much of everything. */
export type ActivityCounts = {
  readonly signIns: number;
  readonly messages: number;
  readonly replies: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly generationMs: number;
};

/** What one account did on one day (YYYY-MM-DD, UTC) with one persona, which is empty for what has none. */
export type PersonaActivity = { readonly day: string; readonly persona: string; readonly counts: ActivityCounts };

/** What all accounts did on one day. */
export type DayActivity = { readonly day: string; readonly activeUsers: number; readonly counts: ActivityCounts };

export const noActivity: ActivityCounts = Object.freeze({
  signIns: 0,
  messages: 0,
  replies: 0,
  promptTokens: 0,
  completionTokens: 0,
  generationMs: 0,
});

/** The longest range that is answered, first and last day included. */
export const dayCountMax = 367;

/** How many days from the first to the last, both included; NaN unless both are dates. */
export function dayCount({ from, to }: { from: string; to: string }): number {
  return (Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000 + 1;
}
