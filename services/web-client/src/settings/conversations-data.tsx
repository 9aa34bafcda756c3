import { useQueryClient } from '@tanstack/react-query';
import { Download, Upload } from 'lucide-react';
import { type DragEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { Link } from 'react-router';
import type { ImportItem, ImportSums } from '../api/archive.ts';
import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import { createThreadCache } from '../live/thread-cache.ts';
import { useServices } from '../shell/services.tsx';
import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';
import { notify } from '../ui/notices.tsx';
import { saveFile } from '../ui/save-file.ts';

/** So many conversations are told one by one; a file may hold thousands. */
const ITEMS_SHOWN_MAX = 100;

/** Takes all conversations away as a file, and brings conversations from one. */
export function ConversationsData() {
  const { archive } = useServices().api;
  const { start, stop, run } = useImport();
  const input = useRef<HTMLInputElement>(null);
  const { importing } = texts;

  async function download(): Promise<void> {
    try {
      const day = new Date().toISOString().slice(0, 10);
      saveFile({ name: `conversations-${day}.json`, data: await archive.exportConversations() });
    } catch (error) {
      notify(problemText(problemOf(error)));
    }
  }

  function drop(event: DragEvent): void {
    event.preventDefault();
    const [file] = event.dataTransfer.files;
    if (file !== undefined && run?.state !== 'running') start(file);
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: for those who drag; the button does the same
    <div className="grid justify-items-start gap-3" onDragOver={(event) => event.preventDefault()} onDrop={drop}>
      <h2 className="text-lg font-semibold">{importing.title}</h2>
      <p className="text-sm text-ink-soft">{importing.lead}</p>
      <div className="flex flex-wrap gap-2">
        <Button onClick={() => void download()}>
          <Download size={16} aria-hidden />
          {importing.download}
        </Button>
        <Button disabled={run?.state === 'running'} onClick={() => input.current?.click()}>
          <Upload size={16} aria-hidden />
          {importing.choose}
        </Button>
        <input
          ref={input}
          type="file"
          accept=".json,application/json"
          aria-label={importing.file}
          tabIndex={-1}
          className="sr-only"
          onChange={({ currentTarget }) => {
            const [file] = currentTarget.files ?? [];
            if (file !== undefined) start(file);
            // The same file may be chosen again.
            currentTarget.value = '';
          }}
        />
      </div>
      <p className="text-xs text-ink-faint pointer-coarse:hidden">{importing.drop}</p>
      {run !== undefined && <ImportReport run={run} onStop={stop} />}
    </div>
  );
}

type ImportRun = {
  state: 'running' | 'done' | 'stopped';
  sums: ImportSums;
  /** The first ones of each kind that is worth a line. */
  items: Readonly<Record<'imported' | 'failed', readonly ImportItem[]>>;
  /** What ended it early. */
  problem?: string;
};

const nothingYet: ImportRun = {
  state: 'running',
  sums: { imported: 0, unchanged: 0, failed: 0 },
  items: { imported: [], failed: [] },
};

function useImport() {
  const { archive } = useServices().api;
  const queryClient = useQueryClient();
  const [run, setRun] = useState<ImportRun>();
  const abort = useRef<AbortController>(undefined);
  useEffect(() => () => abort.current?.abort(), []);

  async function start(file: File): Promise<void> {
    const controller = new AbortController();
    abort.current = controller;
    setRun(nothingYet);
    try {
      const sums = await archive.importConversations(
        file,
        (item) => setRun((before) => add(before, item)),
        controller.signal,
      );
      setRun((before) => before && { ...before, state: 'done', sums });
    } catch (error) {
      const problem = controller.signal.aborted ? {} : { problem: problemText(problemOf(error)) };
      setRun((before) => before && { ...before, state: 'stopped', ...problem });
    } finally {
      createThreadCache(queryClient).reloadConversations();
    }
  }

  return { run, start: (file: File) => void start(file), stop: () => abort.current?.abort() };
}

function add(run: ImportRun = nothingYet, item: ImportItem): ImportRun {
  const sums = { ...run.sums, [item.status]: run.sums[item.status] + 1 };
  const { status } = item;
  if (status === 'unchanged' || run.items[status].length >= ITEMS_SHOWN_MAX) return { ...run, sums };
  return { ...run, sums, items: { ...run.items, [status]: [...run.items[status], item] } };
}

function ImportReport({ run, onStop }: { run: ImportRun; onStop: () => void }) {
  const { state, sums, items, problem } = run;
  const { importing } = texts;
  const count = sums.imported + sums.unchanged + sums.failed;
  return (
    <div className="grid w-full justify-items-start gap-2 rounded-xl border border-line bg-raised p-4 text-sm">
      <div className="flex w-full flex-wrap items-center justify-between gap-3">
        <p role="status">{state === 'running' ? importing.running(count) : importing.done(sums)}</p>
        {state === 'running' && <Button onClick={onStop}>{importing.stop}</Button>}
      </div>
      {problem !== undefined && (
        <p role="alert" className="text-danger wrap-anywhere">
          {problem}
        </p>
      )}
      {state === 'stopped' && count > 0 && <p className="text-ink-soft">{importing.stopped}</p>}
      <ItemList title={importing.imported} items={items.imported}>
        {({ conversationId, title }) => (
          <Link to={`/c/${conversationId}`} className="rounded text-accent underline underline-offset-3">
            {title || texts.sidebar.untitled}
          </Link>
        )}
      </ItemList>
      <ItemList title={importing.failures} items={items.failed}>
        {({ index, title, problem: reason }) =>
          importing.failure(index, title, reason === undefined ? '' : problemText(reason))
        }
      </ItemList>
    </div>
  );
}

type ItemListProps = { title: string; items: readonly ImportItem[]; children: (item: ImportItem) => ReactNode };

function ItemList({ title, items, children }: ItemListProps) {
  if (items.length === 0) return null;
  return (
    <>
      <h3 className="font-medium">{title}</h3>
      <ul className="max-h-48 w-full list-disc overflow-y-auto pl-5 text-ink-soft">
        {items.map((item) => (
          <li key={item.index} className="wrap-anywhere">
            {children(item)}
          </li>
        ))}
      </ul>
    </>
  );
}
