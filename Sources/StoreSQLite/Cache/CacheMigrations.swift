import GRDB

/// The tables of `cache.sqlite`, and how a file of an older version gets them.
enum CacheMigrations {
  /// Migrations are only ever appended.
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1 configuration, persons, credentials") { database in
      // A credential may arrive before its person, so there is no foreign key: it opens nothing
      // until the person is there.
      try database.execute(
        sql: """
          CREATE TABLE configuration (
            slot TEXT PRIMARY KEY CHECK (slot IN ('present', 'previous')),
            revision INTEGER NOT NULL,
            document BLOB NOT NULL
          ) STRICT, WITHOUT ROWID;
          CREATE TABLE position (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            revision INTEGER NOT NULL CHECK (revision >= 0),
            credentials INTEGER NOT NULL,
            persons INTEGER NOT NULL
          ) STRICT;
          INSERT INTO position VALUES (1, 0, 0, 0);
          CREATE TABLE person (
            id TEXT PRIMARY KEY,
            access_enabled INTEGER NOT NULL,
            member_type TEXT NOT NULL,
            membership_status TEXT NOT NULL,
            tags TEXT NOT NULL,
            grants TEXT NOT NULL
          ) STRICT, WITHOUT ROWID;
          CREATE TABLE credential (
            id TEXT PRIMARY KEY,
            digest BLOB NOT NULL CHECK (length(digest) = 32),
            kind TEXT NOT NULL,
            person TEXT NOT NULL,
            status TEXT NOT NULL,
            valid_from INTEGER,
            valid_until INTEGER,
            doors TEXT NOT NULL,
            scopes TEXT NOT NULL
          ) STRICT, WITHOUT ROWID;
          CREATE INDEX credential_by_digest ON credential (digest);
          CREATE INDEX credential_by_person ON credential (person);
          """)
    }
    migrator.registerMigration("2 custom tags, credential classes, uses, devices") { database in
      try database.execute(
        sql: """
          ALTER TABLE person ADD COLUMN custom_tags TEXT NOT NULL DEFAULT '[]';
          ALTER TABLE credential ADD COLUMN class_name TEXT;
          ALTER TABLE credential ADD COLUMN uses_max INTEGER;
          ALTER TABLE credential ADD COLUMN first_use_seconds INTEGER;
          ALTER TABLE credential ADD COLUMN device TEXT;
          """)
    }
    migrator.registerMigration("3 digests, snapshots in chunks, reservations") { database in
      // The next rescan computes missing hashes; without buckets there is a rescan.
      try database.execute(
        sql: """
          ALTER TABLE person ADD COLUMN hash BLOB;
          ALTER TABLE person ADD COLUMN bucket INTEGER;
          CREATE INDEX person_by_bucket ON person (bucket);
          ALTER TABLE credential ADD COLUMN hash BLOB;
          ALTER TABLE credential ADD COLUMN bucket INTEGER;
          ALTER TABLE credential ADD COLUMN reservation TEXT;
          ALTER TABLE credential ADD COLUMN tenant TEXT;
          CREATE INDEX credential_by_bucket ON credential (bucket);
          ALTER TABLE position ADD COLUMN buckets BLOB;
          CREATE TABLE staging (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            snapshot TEXT NOT NULL,
            revision INTEGER NOT NULL,
            chunks INTEGER NOT NULL
          ) STRICT;
          CREATE TABLE staged_chunk (number INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
          """)
    }
    migrator.registerMigration("4 duress") { database in
      try database.execute(sql: "ALTER TABLE credential ADD COLUMN duress INTEGER")
    }
    migrator.registerMigration("5 snapshots gathered as rows") { database in
      // A snapshot that was staged as messages is pulled again. Rows arrive in the order of their
      // ids.
      try database.execute(
        sql: """
          DELETE FROM staged_chunk;
          DELETE FROM staging;
          CREATE TABLE staged_person (
            id TEXT PRIMARY KEY, access_enabled INTEGER NOT NULL, member_type TEXT NOT NULL,
            membership_status TEXT NOT NULL, tags TEXT NOT NULL, grants TEXT NOT NULL,
            custom_tags TEXT NOT NULL, hash BLOB NOT NULL, bucket INTEGER NOT NULL
          ) STRICT, WITHOUT ROWID;
          CREATE TABLE staged_credential (
            id TEXT PRIMARY KEY, digest BLOB NOT NULL CHECK (length(digest) = 32),
            kind TEXT NOT NULL, person TEXT NOT NULL, status TEXT NOT NULL,
            valid_from INTEGER, valid_until INTEGER, doors TEXT NOT NULL, scopes TEXT NOT NULL,
            class_name TEXT, uses_max INTEGER, first_use_seconds INTEGER, device TEXT,
            reservation TEXT, tenant TEXT, duress INTEGER, hash BLOB NOT NULL,
            bucket INTEGER NOT NULL
          ) STRICT, WITHOUT ROWID;
          """)
    }
    migrator.registerMigration("6 rules of the time zone") { database in
      try database.execute(
        sql: """
          CREATE TABLE zone (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            revision INTEGER NOT NULL,
            name TEXT NOT NULL,
            rules BLOB NOT NULL,
            sha256 BLOB NOT NULL
          ) STRICT
          """)
    }
    migrator.registerMigration("7 what was withdrawn") { database in
      try database.execute(
        sql: """
          CREATE TABLE withdrawn (
            kind TEXT NOT NULL CHECK (kind IN ('person', 'credential')),
            id TEXT NOT NULL,
            revision INTEGER NOT NULL,
            PRIMARY KEY (kind, id)
          ) STRICT, WITHOUT ROWID;
          """)
    }
    migrator.registerMigration("8 what a revision brought; credentials for everywhere") {
      database in
      // Unknown of a revision from before: the next one is bound to its content.
      try database.execute(
        sql: """
          ALTER TABLE position ADD COLUMN content BLOB;
          ALTER TABLE position ADD COLUMN root TEXT;
          ALTER TABLE credential ADD COLUMN everywhere INTEGER;
          ALTER TABLE staged_credential ADD COLUMN everywhere INTEGER;
          """)
    }
    migrator.registerMigration("9 exclusions, qualifications") { database in
      for table in ["person", "staged_person"] {
        for column in ["exclusions", "qualifications"] {
          try database.execute(
            sql: "ALTER TABLE \(table) ADD COLUMN \(column) TEXT NOT NULL DEFAULT '[]'")
        }
      }
    }
    migrator.registerMigration("10 issue numbers") { database in
      try database.execute(
        sql: """
          ALTER TABLE credential ADD COLUMN issue INTEGER;
          ALTER TABLE staged_credential ADD COLUMN issue INTEGER;
          """)
    }
    migrator.registerMigration("11 unused for so many days") { database in
      for table in ["credential", "staged_credential"] {
        for column in ["unused_days", "last_used"] {
          try database.execute(sql: "ALTER TABLE \(table) ADD COLUMN \(column) INTEGER")
        }
      }
    }
    migrator.registerMigration("12 escorts") { database in
      try database.execute(
        sql: """
          ALTER TABLE person ADD COLUMN escort TEXT;
          ALTER TABLE staged_person ADD COLUMN escort TEXT;
          """)
    }
    migrator.registerMigration("13 state that is kept twice") { database in
      try database.execute(
        sql: """
          CREATE TABLE state_copy (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID
          """)
    }
    return migrator
  }
}
