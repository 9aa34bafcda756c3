import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { problemOf } from '../../api/problem.ts';
import { problemText } from '../../api/problem-text.ts';
import type { SecondFactor } from '../../api/second-factor.ts';
import { queryKeys } from '../../live/thread-cache.ts';
import { useServices } from '../../shell/services.tsx';
import { formatDate } from '../../texts/format.ts';
import { texts } from '../../texts.ts';
import { Button } from '../../ui/button.tsx';
import { notify } from '../../ui/notices.tsx';
import { Spinner } from '../../ui/spinner.tsx';
import { OwnerProofForm } from './owner-proof-form.tsx';
import { RecoveryCodes } from './recovery-codes.tsx';
import { TurnOn } from './turn-on.tsx';

/** Turns the second factor on and off, and replaces its recovery codes. */
export function SecondFactorSection() {
  const { api } = useServices();
  const queryClient = useQueryClient();
  /** Codes that were just made: they are on no other screen, and in no cache. */
  const [codes, setCodes] = useState<readonly string[]>();
  const state = useQuery({
    queryKey: queryKeys.secondFactor,
    queryFn: ({ signal }) => api.secondFactor.get(signal),
    staleTime: 0,
  });
  const reload = () => queryClient.invalidateQueries({ queryKey: queryKeys.secondFactor });
  const heading = useRef<HTMLHeadingElement>(null);
  /** What had the focus is gone when a step is left. */
  const focusHeading = () => heading.current?.focus();
  const { title, lead } = texts.settings.secondFactor;

  function showNoCodes(): void {
    setCodes(undefined);
    focusHeading();
  }

  function showCodes(made: readonly string[]): void {
    setCodes(made);
    void reload();
  }

  return (
    <section aria-label={title} className="grid justify-items-start gap-4">
      <h2 ref={heading} tabIndex={-1} className="text-lg font-semibold outline-none">
        {title}
      </h2>
      <p className="text-sm text-ink-soft">{lead}</p>
      {codes !== undefined ? (
        <RecoveryCodes codes={codes} onKept={showNoCodes} />
      ) : state.isPending ? (
        <Spinner />
      ) : state.isError ? (
        <div role="alert" className="grid justify-items-start gap-2 text-sm text-ink-soft">
          {problemText(problemOf(state.error))}
          <Button onClick={() => void state.refetch()}>{texts.tryAgain}</Button>
        </div>
      ) : state.data.enabled ? (
        <WhenOn state={state.data} onCodes={showCodes} onChanged={() => void reload()} onLeft={focusHeading} />
      ) : (
        <TurnOn onCodes={showCodes} onLeft={focusHeading} />
      )}
    </section>
  );
}

type WhenOnProps = {
  state: SecondFactor;
  onCodes: (codes: readonly string[]) => void;
  onChanged: () => void;
  /** No step is open any more. */
  onLeft: () => void;
};

function WhenOn({ state, onCodes, onChanged, onLeft }: WhenOnProps) {
  const { secondFactor: api } = useServices().api;
  const [asks, setAsks] = useState<'to turn off' | 'for codes'>();
  const { onSince, left, turnOff, turnedOff, newCodes } = texts.settings.secondFactor;
  function cancel(): void {
    setAsks(undefined);
    onLeft();
  }

  return (
    <>
      <p className="text-sm font-medium">
        {state.enabledAt !== undefined && onSince(formatDate(new Date(state.enabledAt)))}{' '}
        {left(state.recoveryCodesLeft)}
      </p>
      {asks === undefined && (
        <div className="flex flex-wrap gap-2">
          <Button onClick={() => setAsks('for codes')}>{newCodes}</Button>
          <Button look="danger" onClick={() => setAsks('to turn off')}>
            {turnOff}
          </Button>
        </div>
      )}
      {asks === 'for codes' && (
        <OwnerProofForm
          action={newCodes}
          onCancel={cancel}
          submit={async (proof) => onCodes(await api.replaceRecoveryCodes(proof))}
        />
      )}
      {asks === 'to turn off' && (
        <OwnerProofForm
          action={turnOff}
          look="danger"
          onCancel={cancel}
          submit={async (proof) => {
            await api.turnOff(proof);
            notify(turnedOff);
            onChanged();
            onLeft();
          }}
        />
      )}
    </>
  );
}
