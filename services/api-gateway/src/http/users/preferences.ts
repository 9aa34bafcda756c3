import { timeouts } from '../../clients/clients.ts';
import { toProtoParameters } from '../../clients/resources/parameters.ts';
import { preferencesSchema, toPreferences } from '../../clients/resources/preferences.ts';
import { withCurrent } from '../conflict.ts';
import { defineRoute } from '../route.ts';

export const getPreferences = defineRoute({
  method: 'get',
  path: '/users/me/preferences',
  access: 'user',
  tag: 'users',
  summary: 'What the person prefers; version 0 holds the defaults',
  responses: { 200: { description: 'The preferences', schema: preferencesSchema } },
  async handle({ clients }, { caller }) {
    const { preferences } = await clients.user.unary('GetPreferences', {}, { ...caller, timeoutMs: timeouts.unaryMs });
    return { status: 200, body: toPreferences(preferences) };
  },
});

export const putPreferences = defineRoute({
  method: 'put',
  path: '/users/me/preferences',
  access: 'user',
  tag: 'users',
  summary:
    'Replace all preferences, if version is the current one; a conflict has the current ones, also in metadata.current, as JSON',
  body: preferencesSchema,
  responses: { 200: { description: 'The preferences after the change', schema: preferencesSchema } },
  async handle({ clients }, { caller, body }) {
    const options = { ...caller, timeoutMs: timeouts.unaryMs };
    const change = { ...body, parameters: toProtoParameters(body.parameters) };
    const { preferences } = await clients.user.unary('UpdatePreferences', { preferences: change }, options).catch(
      withCurrent(async () => {
        const current = await clients.user.unary('GetPreferences', {}, options);
        return toPreferences(current.preferences);
      }),
    );
    return { status: 200, body: toPreferences(preferences) };
  },
});
