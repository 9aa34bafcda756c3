import { texts } from '../texts.ts';
import { Field } from './fields.tsx';

type CodeFieldProps = {
  error: string | undefined;
  /** Which one is asked for. */
  kind?: 'app' | 'recovery' | 'either';
  /** For a field that takes the place of what was just filled in or pressed. */
  autoFocus?: boolean;
};

/** An input for a code of an authenticator app, or for a recovery code. */
export function CodeField({ error, kind = 'app', autoFocus = false }: CodeFieldProps) {
  const { label, hint } = texts.code[kind];
  return (
    <Field
      name="code"
      label={label}
      error={error}
      hint={hint}
      // Password managers and phones offer codes by this.
      autoComplete={kind === 'recovery' ? 'off' : 'one-time-code'}
      inputMode={kind === 'app' ? 'numeric' : 'text'}
      autoCapitalize="none"
      spellCheck={false}
      maxLength={64}
      autoFocus={autoFocus}
    />
  );
}
