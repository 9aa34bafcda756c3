import { useState } from 'react';
import type { ExportFormat } from '../api/archive.ts';
import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import type { Conversation } from '../api/schemas.ts';
import { useServices } from '../shell/services.tsx';
import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';
import { Modal, type ModalProps } from '../ui/dialog.tsx';
import { saveFile } from '../ui/save-file.ts';

const FORMATS: readonly { format: ExportFormat; extension: string }[] = [
  { format: 'markdown', extension: 'md' },
  { format: 'html', extension: 'html' },
  { format: 'json', extension: 'json' },
];
/** A file name takes no more on some systems. */
const NAME_LENGTH_MAX = 80;

type ExportDialogProps = Pick<ModalProps, 'open' | 'onOpenChange' | 'returnFocus'> & { conversation: Conversation };

/** Takes one conversation away as a file. */
export function ExportDialog({ conversation, ...dialog }: ExportDialogProps) {
  const { archive } = useServices().api;
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();

  async function save({ format, extension }: (typeof FORMATS)[number]): Promise<void> {
    setBusy(true);
    setProblem(undefined);
    try {
      const data = await archive.exportConversation(conversation.id, format);
      saveFile({ name: `${fileNameOf(conversation)}.${extension}`, data });
      dialog.onOpenChange(false);
    } catch (error) {
      setProblem(problemText(problemOf(error)));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Modal {...dialog} title={texts.exporting.title}>
      <ul className="mt-3 grid gap-2">
        {FORMATS.map((entry) => (
          <li key={entry.format}>
            <Button
              className="w-full justify-start! text-left"
              disabled={isBusy}
              aria-describedby={`export-${entry.format}`}
              onClick={() => void save(entry)}
            >
              {texts.exporting.formats[entry.format]}
            </Button>
            <p id={`export-${entry.format}`} className="mt-1 px-1 text-xs text-ink-faint">
              {texts.exporting.notes[entry.format]}
            </p>
          </li>
        ))}
      </ul>
      {problem !== undefined && (
        <p role="alert" className="mt-3 text-sm text-danger">
          {problem}
        </p>
      )}
    </Modal>
  );
}

/** The title without what a file name may not hold. */
function fileNameOf({ title }: Conversation): string {
  const name = title
    .replaceAll(/[^\p{L}\p{N} ._-]/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return name.slice(0, NAME_LENGTH_MAX) || texts.sidebar.untitled;
}
