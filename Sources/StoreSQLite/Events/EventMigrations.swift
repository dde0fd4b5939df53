import Foundation
import GRDB

/// The tables of `events.sqlite`, and how a file of an older version gets them.
enum EventMigrations {
  /// Migrations are only ever appended.
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1 events, ledger, state") { database in
      try database.execute(
        sql: """
          CREATE TABLE log (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            epoch TEXT NOT NULL,
            last INTEGER NOT NULL,
            acknowledged INTEGER NOT NULL,
            CHECK (0 <= acknowledged AND acknowledged <= last)
          ) STRICT;
          CREATE TABLE event (
            number INTEGER PRIMARY KEY,
            time INTEGER NOT NULL,
            type TEXT NOT NULL,
            door TEXT,
            person TEXT,
            reason TEXT,
            draft BLOB NOT NULL
          ) STRICT;
          CREATE INDEX event_by_type ON event (type);
          CREATE INDEX event_by_door ON event (door) WHERE door IS NOT NULL;
          CREATE INDEX event_by_person ON event (person) WHERE person IS NOT NULL;
          CREATE TABLE command (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            begun INTEGER NOT NULL,
            expires INTEGER NOT NULL,
            result BLOB,
            confirmed INTEGER NOT NULL DEFAULT 0,
            CHECK (confirmed = 0 OR result IS NOT NULL)
          ) STRICT;
          CREATE INDEX command_unconfirmed ON command (number) WHERE confirmed = 0;
          CREATE INDEX command_by_expiry ON command (expires) WHERE confirmed = 1;
          CREATE TABLE state (
            key TEXT PRIMARY KEY,
            value BLOB NOT NULL
          ) STRICT, WITHOUT ROWID;
          """)
      try database.execute(
        sql: "INSERT INTO log VALUES (1, ?, 0, 0)",
        arguments: [UUID().uuidString.lowercased()])
    }
    migrator.registerMigration("2 chain, urgency, dropped events") { database in
      try database.execute(
        sql: """
          ALTER TABLE event ADD COLUMN chain BLOB;
          ALTER TABLE event ADD COLUMN urgent INTEGER NOT NULL DEFAULT 0;
          CREATE INDEX event_urgent ON event (number) WHERE urgent = 1;
          ALTER TABLE log ADD COLUMN chain BLOB;
          ALTER TABLE log ADD COLUMN dropped INTEGER NOT NULL DEFAULT 0;
          """)
    }
    migrator.registerMigration("3 keys that were issued here") { database in
      try database.execute(
        sql: """
          CREATE TABLE issued (
            id TEXT PRIMARY KEY,
            body BLOB NOT NULL
          ) STRICT, WITHOUT ROWID;
          CREATE TABLE issuer (
            issuer TEXT PRIMARY KEY,
            sequence INTEGER NOT NULL,
            lastOrder TEXT NOT NULL
          ) STRICT, WITHOUT ROWID;
          """)
    }
    migrator.registerMigration("4 what commands ordered") { database in
      // Unknown of the commands before: they may have been any.
      try database.execute(sql: "ALTER TABLE command ADD COLUMN content BLOB")
    }
    return migrator
  }
}
