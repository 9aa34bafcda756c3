import type { ReplyMode } from '../api/schemas.ts';
import { formatList } from '../texts/format.ts';
import { texts } from '../texts.ts';

type ComposerNotesProps = { typists: readonly string[]; isShared: boolean; replyMode: ReplyMode | undefined };

/** Above the message box: who types, and how to get an answer where not every message gets one. */
export function ComposerNotes({ typists, isShared, replyMode }: ComposerNotesProps) {
  if (!isShared && replyMode !== 'mentioned') return null;
  return (
    <div className="mx-auto flex min-h-6 w-full max-w-3xl flex-wrap gap-x-4 px-5 pb-1 text-xs text-ink-faint sm:px-8">
      {replyMode === 'mentioned' && <p>{texts.together.mention}</p>}
      {typists.length > 0 && (
        <p className="animate-fade">{texts.together.typing(formatList(typists), typists.length)}</p>
      )}
    </div>
  );
}
