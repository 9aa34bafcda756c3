import fc from 'fast-check';
import { z } from 'zod';

/** One operation of the document, as far as requests to it can be made up. */
export type Operation = {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly { name: string; in: string; required: boolean; schema: Schema }[];
  readonly body: Schema | undefined;
  /** The statuses that it is documented to answer with. */
  readonly statuses: readonly string[];
  readonly definitions: Definitions;
};

type Schema = z.infer<typeof schemaSchema>;
type Definitions = Readonly<Record<string, Schema>>;

/** The part of JSON Schema that the document uses. */
const schemaSchema = z.looseObject({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  get properties() {
    return z.record(z.string(), schemaSchema).optional();
  },
  required: z.array(z.string()).optional(),
  get items() {
    return schemaSchema.optional();
  },
  get anyOf() {
    return z.array(schemaSchema).optional();
  },
  get oneOf() {
    return z.array(schemaSchema).optional();
  },
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  format: z.string().optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  minItems: z.number().optional(),
  maxItems: z.number().optional(),
});

const contentSchema = z.record(z.string(), z.looseObject({ schema: schemaSchema.optional() }));
const operationSchema = z.looseObject({
  parameters: z
    .array(
      z.looseObject({ name: z.string(), in: z.string(), required: z.boolean().default(false), schema: schemaSchema }),
    )
    .default([]),
  requestBody: z.looseObject({ content: contentSchema }).optional(),
  responses: z.record(z.string(), z.unknown()),
});
const documentSchema = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
  components: z.looseObject({ schemas: z.record(z.string(), schemaSchema).default({}) }),
});

/** Every operation of an OpenAPI document. */
export function operationsOf(document: unknown): readonly Operation[] {
  const { paths, components } = documentSchema.parse(document);
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method,
      path,
      parameters: operation.parameters,
      body: operation.requestBody?.content['application/json']?.schema,
      statuses: Object.keys(operation.responses),
      definitions: components.schemas,
    })),
  );
}

/** Requests of which every part mostly keeps to the document and sometimes does not. */
export function requestArbitrary(operation: Operation): fc.Arbitrary<{ url: string; body: string | undefined }> {
  const { path, parameters, body, definitions, method } = operation;
  const values = fc.record(
    Object.fromEntries(
      parameters.map(({ name, required, schema }) => {
        const value = textArbitrary(schema, definitions);
        return [name, required ? value : fc.option(value, { nil: undefined })];
      }),
    ),
  );
  const content = body === undefined || method === 'get' ? fc.constant(undefined) : bodyArbitrary(body, definitions);
  return fc.record({ values, content }).map(({ values: found, content: text }) => ({
    url: `${fillPath(path, found)}${queryOf(parameters, found)}`,
    body: text,
  }));
}

/** JSON that a schema of ours accepts. */
export function acceptedBy(schema: z.ZodType): fc.Arbitrary<unknown> {
  const { $defs = {}, ...document } = schemaSchema
    .and(z.looseObject({ $defs: z.record(z.string(), schemaSchema).optional() }))
    .parse(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }));
  return conforming(document, $defs).filter((value) => schema.safeParse(value).success);
}

function fillPath(path: string, values: Readonly<Record<string, string | undefined>>): string {
  return path.replaceAll(/\{(\w+)\}/g, (_match, name: string) => encodeURIComponent(values[name] || 'x'));
}

function queryOf(parameters: Operation['parameters'], values: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams();
  for (const { name, in: place } of parameters) {
    const value = values[name];
    if (place === 'query' && value !== undefined) query.set(name, value);
  }
  return query.size === 0 ? '' : `?${query}`;
}

function textArbitrary(schema: Schema, definitions: Definitions): fc.Arbitrary<string> {
  return valueArbitrary(schema, definitions).map((value) =>
    (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).toWellFormed().slice(0, 1_000),
  );
}

function bodyArbitrary(schema: Schema, definitions: Definitions): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 12, arbitrary: valueArbitrary(schema, definitions).map((value) => JSON.stringify(value) ?? 'null') },
    { weight: 1, arbitrary: fc.string() },
  );
}

const anything = fc.anything({ withNullPrototype: false, maxDepth: 2, maxKeys: 3 });

/** A value of the schema, or something else in one of ten places. */
function valueArbitrary(schema: Schema, definitions: Definitions): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 9, arbitrary: conforming(schema, definitions) }, { weight: 1, arbitrary: anything });
}

function conforming(schema: Schema, definitions: Definitions): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined) {
    const definition = definitions[schema.$ref.split('/').at(-1) ?? ''];
    return definition === undefined ? anything : conforming(definition, definitions);
  }
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const options = schema.anyOf ?? schema.oneOf;
  if (options !== undefined) return fc.oneof(...options.map((option) => valueArbitrary(option, definitions)));
  const types = Array.isArray(schema.type) ? schema.type : [schema.type ?? 'any'];
  return fc.oneof(...types.map((type) => ofType(type, schema, definitions)));
}

function ofType(type: string, schema: Schema, definitions: Definitions): fc.Arbitrary<unknown> {
  switch (type) {
    case 'object':
      return fc.record(
        Object.fromEntries(
          Object.entries(schema.properties ?? {}).map(([name, property]) => [
            name,
            valueArbitrary(property, definitions),
          ]),
        ),
        { requiredKeys: [...(schema.required ?? [])] },
      );
    case 'array':
      return fc.array(valueArbitrary(schema.items ?? {}, definitions), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.max(schema.minItems ?? 0, Math.min(schema.maxItems ?? 3, 3)),
      });
    case 'string':
      return stringArbitrary(schema);
    case 'integer':
      return fc.integer({ min: Math.max(schema.minimum ?? -10, -1e9), max: Math.min(schema.maximum ?? 100, 1e9) });
    case 'number':
      return fc.double({ min: schema.minimum ?? -10, max: schema.maximum ?? 10, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return anything;
  }
}

function stringArbitrary({ format, minLength = 0, maxLength = 40 }: Schema): fc.Arbitrary<string> {
  switch (format) {
    case 'uuid':
      return fc.uuid();
    case 'date':
      return fc
        .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
        .map((date) => date.toISOString().slice(0, 10));
    case 'date-time':
      return fc
        .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
        .map((date) => date.toISOString());
    case 'email':
      return fc.emailAddress();
    default:
      return fc.string({ minLength, maxLength: Math.max(minLength, Math.min(maxLength, 40)), unit: 'grapheme' });
  }
}
