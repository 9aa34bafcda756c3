import { X } from 'lucide-react';
import { type FormEvent, useId, useState } from 'react';
import type { Conversation } from '../api/schemas.ts';
import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';
import { Modal, type ModalProps } from '../ui/dialog.tsx';
import { retagged, tagsOf } from './retag.ts';
import { useArrange } from './use-arrange.ts';
import { useTags } from './use-library.ts';

const TAG_LENGTH_MAX = 40;

type TagsDialogProps = Pick<ModalProps, 'open' | 'onOpenChange' | 'returnFocus'> & {
  conversations: readonly Conversation[];
  onDone?: () => void;
};

/** Adds tags to conversations and takes tags away. */
export function TagsDialog({ conversations, onDone, ...modal }: TagsDialogProps) {
  return (
    <Modal {...modal} title={texts.library.tagsTitle(conversations.length)}>
      <TagsForm
        conversations={conversations}
        onSaved={() => {
          modal.onOpenChange(false);
          onDone?.();
        }}
      />
    </Modal>
  );
}

function TagsForm({ conversations, onSaved }: { conversations: readonly Conversation[]; onSaved: () => void }) {
  const [before] = useState(() => tagsOf(conversations));
  const [shown, setShown] = useState(before);
  const [typed, setTyped] = useState('');
  const { arrange } = useArrange();
  const { library } = texts;

  /** What is in the box counts as added, whether or not one pressed Add. */
  function withTyped(): string[] {
    const tag = typed.trim();
    return tag === '' || shown.includes(tag) ? shown : [...shown, tag];
  }

  function save(event: FormEvent): void {
    event.preventDefault();
    const wanted = withTyped();
    const changes = {
      added: wanted.filter((tag) => !before.includes(tag)),
      removed: before.filter((tag) => !wanted.includes(tag)),
    };
    onSaved();
    if (changes.added.length + changes.removed.length === 0) return;
    arrange(conversations, ({ tags }) => ({ tags: retagged(tags, changes) }), library.retagged);
  }

  return (
    <form className="mt-4 grid gap-4" onSubmit={save}>
      <TagChips tags={shown} onRemove={(gone) => setShown(shown.filter((tag) => tag !== gone))} />
      <TagBox
        value={typed}
        onChange={setTyped}
        onAdd={() => {
          setShown(withTyped());
          setTyped('');
        }}
      />
      <Button type="submit" look="primary" className="justify-self-end">
        {texts.settings.save}
      </Button>
    </form>
  );
}

function TagChips({ tags, onRemove }: { tags: readonly string[]; onRemove: (tag: string) => void }) {
  if (tags.length === 0) return <p className="text-sm text-ink-faint">{texts.library.noTags}</p>;
  return (
    <ul className="flex flex-wrap gap-1.5">
      {tags.map((tag) => (
        <li
          key={tag}
          className="inline-flex max-w-full items-center gap-1 rounded-full bg-accent-soft py-0.5 pr-0.5 pl-2.5 text-sm"
        >
          <span className="truncate">{tag}</span>
          <button
            type="button"
            aria-label={texts.library.removeTag(tag)}
            className="grid size-6 place-items-center rounded-full text-ink-soft hover:bg-hover hover:text-ink"
            onClick={() => onRemove(tag)}
          >
            <X size={14} aria-hidden />
          </button>
        </li>
      ))}
    </ul>
  );
}

function TagBox({ value, onChange, onAdd }: { value: string; onChange: (value: string) => void; onAdd: () => void }) {
  const id = useId();
  const { data: known = [] } = useTags();
  return (
    <div>
      <label htmlFor={id} className="mb-1.5 block text-sm font-medium">
        {texts.library.addTag}
      </label>
      <div className="flex gap-2">
        <input
          id={id}
          list={`${id}-known`}
          value={value}
          maxLength={TAG_LENGTH_MAX}
          autoComplete="off"
          onChange={(event) => onChange(event.target.value)}
          className="h-10 min-w-0 flex-1 rounded-lg border border-line-strong bg-canvas px-3 text-base"
        />
        <Button disabled={value.trim() === ''} onClick={onAdd}>
          {texts.library.add}
        </Button>
      </div>
      <datalist id={`${id}-known`}>
        {known.map(({ name }) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </div>
  );
}
