import { defineConfig } from 'eslint/config';
import svelte from 'eslint-plugin-svelte';
import tseslint from 'typescript-eslint';

const NO_DEFAULT_EXPORT = {
  selector: 'ExportDefaultDeclaration',
  message: 'Export by name; only the configurations of tools export a default.',
};

export default defineConfig(
  // AssemblyScript has types of its own; its compiler checks it when the core is built.
  { ignores: ['dist/', 'build/', 'node_modules/', 'workers/assembly/', '.corpus/', '.bench/'] },
  ...tseslint.configs.strictTypeChecked,
  ...svelte.configs.recommended,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['eslint.config.js'] },
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.svelte'],
      },
    },
    rules: {
      'no-restricted-syntax': ['error', NO_DEFAULT_EXPORT],
      '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // Units are branded numbers; the rule takes them for something else.
      '@typescript-eslint/no-unsafe-unary-minus': 'off',
      // State of the page is replaced, never mutated ($state.raw), so plain maps are right.
      'svelte/prefer-svelte-reactivity': 'off',
      // `() => listener(x)` and `if (a) return void b()` are clear enough.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // Type parameters that occur once say what a function answers (core.ts, JSON borders).
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // Interfaces with calls in them are the worker's API; none of them uses `this`.
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
    rules: {
      // An effect names what it follows: `void session.place;`.
      '@typescript-eslint/no-meaningless-void-operator': 'off',
    },
  },
  {
    // In markup the parser takes the parameters of snippets and generic components for `any`; svelte-check knows their types.
    files: ['**/*.svelte'],
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    // Views of WASM memory and records keyed by the schema: the one place where types are asserted.
    files: ['workers/core.ts', 'src/model/table.ts'],
    rules: { '@typescript-eslint/consistent-type-assertions': 'off' },
  },
  {
    files: ['*.config.ts', '*.config.js'],
    rules: {
      'no-restricted-syntax': 'off',
      '@typescript-eslint/consistent-type-assertions': 'off',
      '@typescript-eslint/no-dynamic-delete': 'off',
    },
  },
  {
    files: ['**/*.mjs'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { parserOptions: { projectService: false } },
  },
  {
    // A global that a browser may lack can only be declared with `var`.
    files: ['src/platform/environment.d.ts'],
    rules: { 'no-var': 'off' },
  },
);
