CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES ('unclean', 0);
CREATE TABLE conversations (
  id TEXT PRIMARY KEY,
  user TEXT NOT NULL,
  library TEXT NOT NULL,
  name TEXT NOT NULL,
  begun INTEGER NOT NULL,
  used INTEGER NOT NULL,
  turns INTEGER NOT NULL,
  deleted INTEGER
) WITHOUT ROWID;
CREATE INDEX newest ON conversations (user, used);
CREATE TABLE turns (
  key INTEGER PRIMARY KEY,
  conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  asked INTEGER NOT NULL,
  question TEXT NOT NULL,
  searched TEXT NOT NULL,
  text TEXT NOT NULL,
  answer TEXT NOT NULL,
  UNIQUE (conversation, number)
);
CREATE VIRTUAL TABLE words USING fts5 (
  question, text, content = 'turns', content_rowid = 'key',
  tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER turn_kept AFTER INSERT ON turns BEGIN
  INSERT INTO words (rowid, question, text) VALUES (new.key, new.question, new.text); END;
CREATE TRIGGER turn_gone AFTER DELETE ON turns BEGIN
  INSERT INTO words (words, rowid, question, text)
  VALUES ('delete', old.key, old.question, old.text); END
