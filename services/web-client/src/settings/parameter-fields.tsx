import type { Parameters } from '../api/schemas.ts';
import { texts } from '../texts.ts';
import { AreaField, Field } from '../ui/fields.tsx';
import type { FieldErrors } from '../ui/use-form.ts';
import { BOUNDS, PARAMETER_FIELDS, textsOf } from './parameters.ts';

type ParameterFieldsProps = {
  parameters: Parameters;
  errors: FieldErrors<(typeof PARAMETER_FIELDS)[number]>;
  /** What an empty field means. */
  standard: string;
};

/** The fields of a form for sampling parameters; `parameters` is what is in them at first. */
export function ParameterFields({ parameters, errors, standard }: ParameterFieldsProps) {
  const values = textsOf(parameters);
  const { names, hints } = texts.parameters;
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      {PARAMETER_FIELDS.map((name) =>
        name === 'stop' ? (
          <div key={name} className="sm:col-span-2">
            <AreaField
              name={name}
              label={names[name]}
              hint={hints[name]}
              error={errors[name]}
              defaultValue={values[name]}
              required={false}
              rows={2}
            />
          </div>
        ) : (
          <Field
            key={name}
            name={name}
            label={names[name]}
            hint={hints[name]}
            error={errors[name]}
            defaultValue={values[name]}
            required={false}
            inputMode={BOUNDS[name].step === 1 ? 'numeric' : 'decimal'}
            autoComplete="off"
            placeholder={standard}
          />
        ),
      )}
    </div>
  );
}
