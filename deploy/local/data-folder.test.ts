import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ownDataFolder } from './data-folder.ts'

test('a data folder that is a file is named with its variable', async () => {
  const file = import.meta.filename
  await assert.rejects(
    ownDataFolder(file, 0, () => {}),
    (error: Error) => error.message.startsWith(`DATA_DIR is "${file}"`),
  )
})
