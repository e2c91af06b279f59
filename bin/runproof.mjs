#!/usr/bin/env node
/**
 * The command `runproof`. TypeScript is run as it is, by the Node that this project pins: whichever Node was found first
 * starts that one, hands on the terminal, signals and the exit code, and does nothing else.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP']
const RUNS_TYPESCRIPT = 24

const main = fileURLToPath(new URL('../engine/cli/main.ts', import.meta.url))
const pinned = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url))

const node = existsSync(pinned) ? pinned : usable(process.execPath)
if (node === undefined) {
  console.error(
    `error[RP0001]: the Node that runs Runproof is not installed\nhint: run \`npm ci\` in ${fileURLToPath(new URL('..', import.meta.url))}`,
  )
  process.exitCode = 2
} else if (node === process.execPath) {
  await import(new URL('../engine/cli/main.ts', import.meta.url).href)
} else {
  start(node)
}

function usable(execPath) {
  return Number(process.versions.node.split('.')[0]) >= RUNS_TYPESCRIPT ? execPath : undefined
}

/** The channel tells the other process when this one is killed: it then ends too. */
function start(program) {
  const child = spawn(program, [main, ...process.argv.slice(2)], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
  for (const signal of FORWARDED) process.on(signal, () => child.kill(signal))
  child.once('error', (error) => {
    console.error(`error[RP0001]: ${program} cannot be started: ${error.message}\nhint: run \`npm ci\` again`)
    process.exitCode = 70
  })
  child.once('exit', (code, signal) => endLike(code, signal))
}

/** Ends as the other process ended, so that a shell sees a signal as a signal. */
function endLike(code, signal) {
  if (signal === null) process.exit(code ?? 70)
  for (const name of FORWARDED) process.removeAllListeners(name)
  process.kill(process.pid, signal)
}
