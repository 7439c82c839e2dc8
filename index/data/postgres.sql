-- The catalog in PostgreSQL: the tables of catalog.sql, and arrays of terms in place of FTS5.
CREATE TABLE meta (name text PRIMARY KEY, value text NOT NULL);
CREATE TABLE documents (
  key bigint PRIMARY KEY,
  id text COLLATE "C" NOT NULL UNIQUE,
  source text NOT NULL,
  title text NOT NULL,
  media_type text NOT NULL,
  text text NOT NULL,
  sha256 text NOT NULL,
  file_sha256 text NOT NULL,
  section_starts text NOT NULL,
  page_starts text NOT NULL,
  published text,
  author text,
  added_at text COLLATE "C" NOT NULL
);
-- A B-tree refuses a source of more than 2,704 bytes; ids are made of sources and are unique.
CREATE INDEX documents_of_source ON documents USING hash (source);
CREATE TABLE vectors (
  key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  hash text COLLATE "C" NOT NULL UNIQUE,
  vector bytea NOT NULL
);
CREATE TABLE passages (
  key bigint PRIMARY KEY,
  document bigint NOT NULL REFERENCES documents (key),
  ordinal integer NOT NULL,
  start integer NOT NULL,
  "end" integer NOT NULL,
  UNIQUE (document, ordinal)
);
CREATE TABLE sentences (
  key bigint PRIMARY KEY,
  document bigint NOT NULL REFERENCES documents (key),
  passage bigint NOT NULL REFERENCES passages (key),
  ordinal integer NOT NULL,
  start integer NOT NULL,
  "end" integer NOT NULL,
  vector bigint NOT NULL REFERENCES vectors (key),
  UNIQUE (document, ordinal)
);
CREATE INDEX sentences_of_passage ON sentences (passage);
CREATE INDEX sentences_of_vector ON sentences (vector);
-- Full-text search: the terms of each row in order, and what BM25 needs to know of all rows.
CREATE TABLE passage_terms (
  rowid bigint PRIMARY KEY,
  title text[] COLLATE "C" NOT NULL,
  body text[] COLLATE "C" NOT NULL,
  size integer NOT NULL
);
CREATE TABLE sentence_terms (
  rowid bigint PRIMARY KEY,
  title text[] COLLATE "C" NOT NULL,
  body text[] COLLATE "C" NOT NULL,
  size integer NOT NULL
);
CREATE INDEX passages_of_term ON passage_terms USING gin (body);
CREATE INDEX passages_of_title_term ON passage_terms USING gin (title);
CREATE INDEX sentences_of_term ON sentence_terms USING gin (body);
CREATE TABLE vocabulary (
  term text COLLATE "C" PRIMARY KEY,
  passage_terms bigint NOT NULL DEFAULT 0,
  sentence_terms bigint NOT NULL DEFAULT 0
);
CREATE TABLE totals (name text PRIMARY KEY, rows bigint NOT NULL, size bigint NOT NULL);
INSERT INTO totals VALUES ('passage_terms', 0, 0), ('sentence_terms', 0, 0);
