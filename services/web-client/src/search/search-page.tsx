import { Search } from 'lucide-react';
import { type FormEvent, useEffect, useId } from 'react';
import { Link, useSearchParams } from 'react-router';
import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import type { SearchHit } from '../api/schemas.ts';
import { Page } from '../shell/page.tsx';
import { formatDate } from '../texts/format.ts';
import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';
import { SelectField } from '../ui/select-field.tsx';
import { Spinner } from '../ui/spinner.tsx';
import { hitAddress } from './hit-address.ts';
import { Snippet } from './snippet.tsx';
import { QUERY_LENGTH_MIN, useSearch } from './use-search.ts';

const DAYS = { any: undefined, week: 7, month: 30, year: 365 } as const;
type Period = keyof typeof DAYS;

/** Finds messages and titles. The question is in the address, so that going back finds the results again. */
export function SearchPage() {
  const [parameters, setParameters] = useSearchParams();
  const inputId = useId();
  const q = parameters.get('q') ?? '';
  const role = roleOf(parameters.get('role'));
  const period = periodOf(parameters.get('period'));

  useEffect(() => {
    document.title = `${texts.search.title} – ${texts.product}`;
  }, []);

  function change(name: string, value: string): void {
    const next = new URLSearchParams(parameters);
    if (value === '') next.delete(name);
    else next.set(name, value);
    setParameters(next, { replace: name !== 'q' });
  }

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const value = new FormData(event.currentTarget).get('q');
    change('q', typeof value === 'string' ? value.trim() : '');
  }

  return (
    <Page title={texts.search.title} lead={texts.search.lead}>
      <search>
        <form onSubmit={submit} className="flex gap-2">
          <label htmlFor={inputId} className="sr-only">
            {texts.search.label}
          </label>
          <input
            key={q}
            id={inputId}
            name="q"
            type="search"
            defaultValue={q}
            // biome-ignore lint/a11y/noAutofocus: whoever opens the search wants to write into it
            autoFocus
            placeholder={texts.search.placeholder}
            className="h-11 min-w-0 flex-1 rounded-lg border border-line-strong bg-raised px-3.5 text-base"
          />
          <Button type="submit" look="primary" aria-label={texts.search.submit}>
            <Search size={18} aria-hidden />
          </Button>
        </form>
        <div className="mt-3 flex flex-wrap gap-3">
          <SelectField
            label={texts.search.role}
            value={role ?? ''}
            options={[
              ['', texts.search.roles.any],
              ['user', texts.search.roles.user],
              ['assistant', texts.search.roles.assistant],
            ]}
            onChange={(value) => change('role', value)}
          />
          <SelectField
            label={texts.search.period}
            value={period}
            options={(Object.keys(DAYS) as Period[]).map((key) => [key, texts.search.periods[key]])}
            onChange={(value) => change('period', value === 'any' ? '' : value)}
          />
        </div>
      </search>
      <Results key={`${q} ${role} ${period}`} q={q} role={role} period={period} />
    </Page>
  );
}

function Results({ q, role, period }: { q: string; role: 'user' | 'assistant' | undefined; period: Period }) {
  const result = useSearch(q, { role, from: startOf(period) });
  const hits = result.data?.pages.flatMap(({ items }) => items) ?? [];
  const corrected = result.data?.pages[0]?.correctedQuery;
  if (q.length < QUERY_LENGTH_MIN) return <p className="mt-8 text-sm text-ink-faint">{texts.search.help}</p>;
  if (result.isPending) {
    return (
      <div className="mt-8">
        <Spinner />
      </div>
    );
  }
  if (result.isError && hits.length === 0) {
    return (
      <div role="alert" className="mt-8 grid justify-items-start gap-2 text-sm text-ink-soft">
        {problemText(problemOf(result.error))}
        <Button onClick={() => void result.refetch()}>{texts.tryAgain}</Button>
      </div>
    );
  }
  return (
    <>
      <p role="status" className="mt-8 text-sm text-ink-soft">
        {corrected !== undefined && `${texts.search.corrected(corrected)} `}
        {hits.length === 0 && texts.search.nothing(q)}
      </p>
      <ul className="mt-2 divide-y divide-line">
        {hits.map((hit) => (
          <Hit key={`${hit.conversationId} ${hit.messageId}`} hit={hit} />
        ))}
      </ul>
      {result.hasNextPage && (
        <Button className="mt-4" disabled={result.isFetchingNextPage} onClick={() => void result.fetchNextPage()}>
          {result.isFetchingNextPage ? texts.loading : texts.search.more}
        </Button>
      )}
    </>
  );
}

function Hit({ hit }: { hit: SearchHit }) {
  return (
    <li>
      <Link to={hitAddress(hit)} className="-mx-3 block rounded-xl px-3 py-3 transition-colors hover:bg-hover">
        <span className="flex flex-wrap items-baseline gap-x-3">
          <span className="min-w-0 truncate font-medium">{hit.title || texts.sidebar.untitled}</span>
          <span className="text-xs text-ink-faint">
            {hit.role === undefined ? texts.search.inTitle : texts.search.by[hit.role]}
            {' · '}
            {formatDate(new Date(hit.createdAt))}
          </span>
        </span>
        <span className="mt-1 block text-sm text-ink-soft wrap-anywhere">
          <Snippet snippet={hit.snippet} />
        </span>
      </Link>
    </li>
  );
}

function roleOf(value: string | null): 'user' | 'assistant' | undefined {
  return value === 'user' || value === 'assistant' ? value : undefined;
}

function periodOf(value: string | null): Period {
  return value !== null && Object.hasOwn(DAYS, value) ? (value as Period) : 'any';
}

/** The beginning of a day, so that the same question stays the same for a while. */
function startOf(period: Period): string | undefined {
  const days = DAYS[period];
  if (days === undefined) return undefined;
  const start = new Date();
  start.setHours(0, 0, 0, 0);
  start.setDate(start.getDate() - days);
  return start.toISOString();
}
