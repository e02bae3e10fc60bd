// Usage: node check-asyncapi.cjs FILE… : validates AsyncAPI documents, exits 1 on any error.
// CommonJS, because only its resolution honours NODE_PATH, which points to the cached packages.
const { readFileSync } = require('node:fs');
const { Parser } = require('@asyncapi/parser');

const ERROR = 0; // Spectral's severities: 0 error, 1 warning, 2 information, 3 hint.

async function check(file) {
  const { document, diagnostics } = await new Parser().parse(readFileSync(file, 'utf8'), { source: file });
  const errors = diagnostics.filter(({ severity }) => severity === ERROR);
  for (const { path, message } of errors) {
    console.error(`${file}: ${path.join('.')}: ${message}`);
  }
  if (!document && errors.length === 0) throw new Error(`${file}: not an AsyncAPI document`);
  if (errors.length === 0) console.log(`${file}: OK (AsyncAPI ${document.version()})`);
  return errors.length === 0;
}

(async () => {
  const results = await Promise.all(process.argv.slice(2).map(check));
  process.exitCode = results.length > 0 && results.every(Boolean) ? 0 : 1;
})().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
