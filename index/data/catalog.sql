-- The catalog: the truth of a library. Keys are local; ids and hashes are the same in every build.
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  source TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  media_type TEXT NOT NULL,
  text TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  file_sha256 TEXT NOT NULL,
  section_starts TEXT NOT NULL,
  page_starts TEXT NOT NULL,
  published TEXT,
  author TEXT,
  added_at TEXT NOT NULL
);
-- One vector for each distinct sentence text, by the text's hash.
CREATE TABLE vectors (key INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, vector BLOB NOT NULL);
CREATE TABLE passages (
  key INTEGER PRIMARY KEY,
  document INTEGER NOT NULL REFERENCES documents (key),
  ordinal INTEGER NOT NULL,
  start INTEGER NOT NULL,
  "end" INTEGER NOT NULL,
  UNIQUE (document, ordinal)
);
CREATE TABLE sentences (
  key INTEGER PRIMARY KEY,
  document INTEGER NOT NULL REFERENCES documents (key),
  passage INTEGER NOT NULL REFERENCES passages (key),
  ordinal INTEGER NOT NULL,
  start INTEGER NOT NULL,
  "end" INTEGER NOT NULL,
  vector INTEGER NOT NULL REFERENCES vectors (key),
  UNIQUE (document, ordinal)
);
CREATE INDEX sentences_of_passage ON sentences (passage);
CREATE INDEX sentences_of_vector ON sentences (vector);
-- Full-text search over terms as index.terms makes them, so words are split in one place only.
CREATE VIRTUAL TABLE passage_terms USING fts5 (title, body, tokenize = "unicode61 tokenchars '.'");
CREATE VIRTUAL TABLE sentence_terms USING fts5 (body, tokenize = "unicode61 tokenchars '.'");
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (passage_terms, row);
