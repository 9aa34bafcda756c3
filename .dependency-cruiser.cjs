/** The layers of docs/adr/0003 as rules: rpc → app → domain, adapters → app/ports and domain, service.ts → all. */
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'services-do-not-import-each-other',
      severity: 'error',
      from: { path: '^services/([^/]+)/' },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    { name: 'packages-import-no-service', severity: 'error', from: { path: '^packages/' }, to: { path: '^services/' } },
    {
      name: 'domain-is-pure',
      comment: 'domain/ holds types and rules; it knows no library that does I/O and no other layer.',
      severity: 'error',
      from: { path: '^services/[^/]+/src/domain/', pathNot: '\\.test\\.ts$' },
      to: {
        path: '^services/[^/]+/src/(?!domain/)|node_modules/(?!.*(zod|uuid|@chatbot))',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'app-knows-domain-and-ports-only',
      severity: 'error',
      from: { path: '^services/[^/]+/src/app/', pathNot: '\\.test\\.ts$' },
      to: { path: '^services/[^/]+/src/(adapters|rpc|http|sockets|generated)/' },
    },
    {
      name: 'adapters-know-no-rpc',
      severity: 'error',
      from: { path: '^services/[^/]+/src/adapters/' },
      to: { path: '^services/[^/]+/src/(rpc|http|sockets)/' },
    },
    {
      name: 'rpc-knows-no-adapter',
      severity: 'error',
      from: { path: '^services/[^/]+/src/rpc/' },
      to: { path: '^services/[^/]+/src/(adapters|generated)/' },
    },
    {
      name: 'only-main-reads-the-process',
      comment: 'service.ts gets a configuration; main.ts alone imports run().',
      severity: 'error',
      from: { path: '^services/[^/]+/src/', pathNot: '/(main|migrate)\\.ts$' },
      to: { path: '^services/[^/]+/src/main\\.ts$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|generated)/|^services/web-client/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['source', 'import', 'node', 'default'] },
  },
};
