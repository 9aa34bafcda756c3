import { SlidersHorizontal } from 'lucide-react';
import { useRef, useState } from 'react';
import type { Parameters } from '../api/schemas.ts';
import { ParametersDialog } from '../settings/parameters-dialog.tsx';
import { texts } from '../texts.ts';
import { IconButton } from '../ui/button.tsx';

type SamplingButtonProps = {
  parameters: Parameters;
  persona: string | undefined;
  onChange: (parameters: Parameters) => void;
};

/** Chooses the sampling parameters with which a conversation begins. */
export function SamplingButton({ parameters, persona, onChange }: SamplingButtonProps) {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const count = Object.keys(parameters).length;
  const { action, chosen } = texts.parameters.ofConversation;
  return (
    <>
      <IconButton
        ref={button}
        label={count === 0 ? action : chosen(count)}
        className={count === 0 ? '' : 'text-accent!'}
        onClick={() => setOpen(true)}
      >
        <SlidersHorizontal size={15} aria-hidden />
      </IconButton>
      <ParametersDialog
        open={isOpen}
        onOpenChange={setOpen}
        returnFocus={() => button.current?.focus()}
        parameters={parameters}
        persona={persona}
        onSave={async (chosenParameters) => onChange(chosenParameters)}
      />
    </>
  );
}
