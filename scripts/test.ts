/** Runs vitest and closes with a line that counts: `N passed, N failed`, whatever went wrong. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { count, type Report } from './count.ts'

const LEFT =
  'left to npm run test:full: runs that move, wait and are killed for long, and servers that are away; in neither: Kubernetes, Prometheus, Alertmanager, S3 stores, PostgreSQL with its backup tools'

process.exitCode = await runTests(process.argv.slice(2))

async function runTests(args: string[]): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'runproof-tests-'))
  const report = join(folder, 'report.json')
  // The tests hear Ctrl-C themselves and stop their servers; we wait for them and count.
  process.on('SIGINT', () => undefined)
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    const { exitCode = 1 } = await execa('vitest', ['run', ...reporters, ...args], {
      preferLocal: true,
      stdio: ['ignore', 'inherit', 'inherit'],
      reject: false,
    })
    const { passed, failed, skipped } = count(await read(report), exitCode)
    console.log(skipped > 0 ? `${skipped} skipped; ${LEFT}` : LEFT)
    console.log(`${passed} passed, ${failed} failed`)
    return failed > 0 ? exitCode || 1 : exitCode
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function read(file: string): Promise<Report | undefined> {
  return readFile(file, 'utf8').then(
    (text) => JSON.parse(text) as Report,
    () => undefined,
  )
}
