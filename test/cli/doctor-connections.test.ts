import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeSmallWorkplace, removeWorkplace, runproof } from './workplace.ts'

test('G30: doctor tells of a connection by its origin alone: the path of a webhook may be its secret', async () => {
  const folder = await makeSmallWorkplace()
  const server = createServer((_request, response) => response.end()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const [here, away] = [`http://127.0.0.1:${port}`, 'http://127.0.0.1:1']
  const path = '/services/T0/hunter22?key=hunter22'
  const connections = {
    hook: { url: `${here}${path}`, allowPrivate: true },
    other: { url: `${away}${path}`, allowPrivate: true },
  }
  await writeFile(join(folder, 'runproof.yaml'), JSON.stringify({ connections }))
  const { stdout, stderr } = await runproof(folder, 'doctor')
  expect(stdout).toContain(`hook answers (${here})`)
  expect(stdout).toContain(`other does not answer at ${away}: `)
  expect(stdout).toContain(`curl -v ${away}\n`)
  expect(stdout + stderr).not.toContain('hunter22')
  server.close()
  await removeWorkplace(folder)
})
