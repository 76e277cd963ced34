/**
 * Lint rules: the recommended type-checked sets, and the policies of the house that a linter can hold. The house itself
 * (who imports whom) is in main/layers.json.
 */
import hooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'

/** @param {string} name @param {string} message */
const noCall = (name, message) => {
  const [object, property] = name.split('.')
  return { selector: `MemberExpression[object.name="${object}"][property.name="${property}"]`, message }
}

const randomness = noCall('Math.random', 'Randomness comes from a named stream (main/math/random.ts).')
const clock = noCall('Date.now', 'Numerics know no clock: the same input gives the same output.')
const now = { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: clock.message }
const noDefault = { selector: 'ExportDefaultDeclaration', message: 'Exports have names.' }

const offline = 'Lethe works offline: nothing in it opens a connection.'
const networkModules = [
  'http',
  'https',
  'http2',
  'net',
  'tls',
  'dgram',
  'dns',
  'dns/promises',
  'inspector',
  'undici',
  'ws',
]
const networkGlobals = ['fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource', 'WebTransport', 'RTCPeerConnection']
const processes = 'Only main/runs starts processes.'

/** @param {{ message: string, names: string[] }[]} groups */
const noImports = (...groups) => ({
  paths: groups.flatMap(({ message, names }) =>
    names.flatMap((name) => [name, `node:${name}`]).map((name) => ({ name, message })),
  ),
})
const network = { message: offline, names: networkModules }
const child = { message: processes, names: ['child_process', 'cluster'] }

export default tseslint.config(
  { ignores: ['build/', 'dist/', '.lethe/', 'coverage/', 'test-results/', 'tools/setup/default-app/'] },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-non-null-assertion': 'off', // indices proven by the loop around them
      '@typescript-eslint/ban-ts-comment': [
        'error',
        { 'ts-expect-error': 'allow-with-description', 'ts-ignore': true },
      ],
      '@typescript-eslint/no-unused-expressions': ['error', { allowShortCircuit: true, allowTernary: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-redundant-type-constituents': 'off', // known names | string documents the names
      '@typescript-eslint/unbound-method': 'off', // plain objects of functions, taken apart freely
      '@typescript-eslint/require-await': 'off', // a contract may ask for a promise where no wait is needed
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowArray: true },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'no-restricted-syntax': ['error', randomness, noDefault],
    },
  },
  {
    files: ['main/**/*.ts', 'electron/**/*.ts', 'renderer/**/*.{ts,tsx}'],
    rules: {
      'no-restricted-imports': ['error', noImports(network, child)],
      'no-restricted-globals': ['error', ...networkGlobals.map((name) => ({ name, message: offline }))],
    },
  },
  {
    files: ['main/math/**/*.ts', 'main/tensor/**/*.ts', 'main/images/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', randomness, noDefault, clock, now] },
  },
  {
    // The runs start the processes they work in; the backend asks the graphics card's own program what it is.
    files: ['main/runs/**/*.ts', 'main/tensor/backend.ts'],
    rules: { 'no-restricted-imports': ['error', noImports(network)] },
  },
  {
    files: ['renderer/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': hooks },
    // The last is about React's compiler, which is not used here.
    rules: { ...hooks.configs.recommended.rules, 'react-hooks/incompatible-library': 'off' },
  },
  {
    // Tests may measure time, start processes and stand in for what they do not test.
    files: ['**/*.test.ts', '**/*.test.tsx', 'e2e/**/*.ts', 'bench/**/*.ts'],
    rules: {
      'no-console': 'off',
      'no-restricted-imports': 'off',
      'no-restricted-syntax': ['error', noDefault],
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    // Tests of the page run in Node and are in no TypeScript project: what needs types is left out for them.
    files: ['renderer/**/*.test.ts', 'renderer/**/*.test.tsx', '**/*.config.ts'],
    extends: [tseslint.configs.disableTypeChecked],
  },
  { files: ['main/cli.ts', 'main/cli/**/*.ts'], rules: { 'no-console': 'off' } },
  { files: ['**/*.config.ts', '**/*.config.js'], rules: { 'no-restricted-syntax': 'off' } },
)
