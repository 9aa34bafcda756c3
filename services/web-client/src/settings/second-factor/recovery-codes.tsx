import { Download } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { texts } from '../../texts.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { saveFile } from '../../ui/save-file.ts';

type RecoveryCodesProps = { codes: readonly string[]; onKept: () => void };

/** The recovery codes, the one time that they are shown. */
export function RecoveryCodes({ codes, onKept }: RecoveryCodesProps) {
  const { codesTitle, codesLead, copyCodes, saveCodes, kept, fileName } = texts.settings.secondFactor;
  const heading = useRef<HTMLHeadingElement>(null);
  const text = () => `${codes.join('\n')}\n`;

  // The button that led here is gone.
  useEffect(() => heading.current?.focus(), []);

  return (
    <div className="grid w-full gap-3 rounded-lg bg-accent-soft p-4">
      <h3 ref={heading} tabIndex={-1} className="font-medium outline-none">
        {codesTitle}
      </h3>
      <p className="text-sm text-ink-soft">{codesLead}</p>
      <ul className="grid gap-x-6 gap-y-1 font-mono text-sm sm:grid-cols-2">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="flex flex-wrap items-center gap-2">
        <Button look="primary" onClick={onKept}>
          {kept}
        </Button>
        <Button onClick={() => saveFile({ name: fileName, data: new Blob([text()], { type: 'text/plain' }) })}>
          <Download size={16} aria-hidden />
          {saveCodes}
        </Button>
        <CopyButton text={text} label={copyCodes} />
      </div>
    </div>
  );
}
