import SqliteDatabase from 'better-sqlite3'

/** Holds a file's write lock until it is killed: `node lock-process.ts <path>`. */
const file = new SqliteDatabase(process.argv[2] ?? '')
file.exec('begin immediate')
console.log('locked')
setInterval(() => file.inTransaction, 1_000)
