import { formatTime } from '../texts/format.ts';
import { texts } from '../texts.ts';
import { tokensLeftOf, useQuota } from './use-quota.ts';

/** Says beside the message box when the day's tokens are running out, and when there are none left. */
export function QuotaNote() {
  const quota = useQuota().data;
  if (quota === undefined) return null;
  const { state, left } = tokensLeftOf(quota);
  if (state === 'plenty') return null;
  const resetsAt = formatTime(new Date(quota.tokens.resetsAt));
  return (
    <p
      role="status"
      className={`mb-2 rounded-lg px-3.5 py-2 text-sm ${state === 'none' ? 'bg-danger-soft text-danger' : 'bg-warn-soft text-warn'}`}
    >
      {state === 'none' ? texts.usage.none(resetsAt) : texts.usage.low(left, resetsAt)}
    </p>
  );
}
