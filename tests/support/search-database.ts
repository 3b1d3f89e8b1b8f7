import pg from 'pg'

/** The tables of a database that hold a text anywhere in a row. */
export async function tablesThatHold(databaseUrl: string, text: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const { rows } = await client.query<{ name: string }>(
      "SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables " +
        "WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE'",
    )
    const found: string[] = []
    for (const { name } of rows) {
      const hits = await client.query(`SELECT 1 FROM ${name} AS row WHERE strpos(row::text, $1) > 0 LIMIT 1`, [text])
      if (hits.rows.length > 0) found.push(name)
    }
    return found
  } finally {
    await client.end()
  }
}
