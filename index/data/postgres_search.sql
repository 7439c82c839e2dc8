WITH wanted AS (
  SELECT term, greatest(ln((rows - {table} + 0.5) / (0.5 + {table})), 1e-6)::float8 AS idf
  FROM vocabulary, totals WHERE totals.name = '{table}' AND {table} > 0 AND term = ANY(%(terms)s)
), average AS (
  SELECT size::float8 / greatest(rows, 1) AS size FROM totals WHERE name = '{table}'
), held AS (
  SELECT rowid, found.size / average.size AS share, idf,
    cardinality(array_positions(body, term))
      + %(title)s::float8 * cardinality(array_positions(title, term)) AS frequency
  FROM {table} AS found, wanted, average WHERE {condition}
)
SELECT rowid, sum(idf * frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * share))) AS score
FROM held WHERE frequency > 0 GROUP BY rowid ORDER BY score DESC, rowid LIMIT %(limit)s
