import CloudProtocol
import Foundation
import GRDB

/// The tables of the cloud's database, and how a database of an older version gets them.
enum CloudMigrations {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1 controllers, people, events, commands") { database in
      try database.execute(
        sql: """
          CREATE TABLE revision (id INTEGER PRIMARY KEY CHECK (id = 1), last INTEGER NOT NULL);
          INSERT INTO revision VALUES (1, 0);
          CREATE TABLE controller (
            id TEXT PRIMARY KEY, credentialKey BLOB NOT NULL,
            configRevision INTEGER NOT NULL DEFAULT 0, config BLOB, hello BLOB, state BLOB);
          CREATE TABLE person (
            id TEXT PRIMARY KEY, record BLOB NOT NULL, revision INTEGER NOT NULL);
          CREATE INDEX person_by_revision ON person (revision);
          CREATE TABLE credential (
            id TEXT PRIMARY KEY, controller TEXT NOT NULL REFERENCES controller (id),
            person TEXT NOT NULL REFERENCES person (id), digest BLOB NOT NULL,
            record BLOB NOT NULL, revision INTEGER NOT NULL);
          CREATE INDEX credential_by_revision ON credential (controller, revision);
          CREATE INDEX credential_by_digest ON credential (controller, digest);
          CREATE TABLE log (
            controller TEXT NOT NULL, epoch TEXT NOT NULL, through INTEGER NOT NULL,
            PRIMARY KEY (controller, epoch));
          CREATE TABLE event (
            position INTEGER PRIMARY KEY,
            controller TEXT NOT NULL, epoch TEXT NOT NULL, number INTEGER NOT NULL,
            event BLOB NOT NULL, UNIQUE (controller, epoch, number));
          CREATE TABLE command (
            id TEXT PRIMARY KEY, controller TEXT NOT NULL, command BLOB NOT NULL,
            made INTEGER NOT NULL, runsOut INTEGER NOT NULL, forgery TEXT,
            sent INTEGER, result BLOB);
          """)
    }
    migrator.registerMigration("2 digests, snapshots, epochs, statuses") { database in
      try database.execute(
        sql: """
          ALTER TABLE controller ADD COLUMN refusedConfig INTEGER;
          ALTER TABLE controller ADD COLUMN refusedCredentials INTEGER;
          ALTER TABLE person ADD COLUMN hash BLOB;
          ALTER TABLE person ADD COLUMN bucket INTEGER;
          CREATE INDEX person_by_bucket ON person (bucket);
          ALTER TABLE credential ADD COLUMN hash BLOB;
          ALTER TABLE credential ADD COLUMN bucket INTEGER;
          ALTER TABLE credential ADD COLUMN active INTEGER NOT NULL DEFAULT 1;
          ALTER TABLE credential ADD COLUMN status TEXT NOT NULL DEFAULT 'pending';
          ALTER TABLE credential ADD COLUMN statusTime INTEGER;
          CREATE INDEX credential_by_bucket ON credential (controller, bucket);
          ALTER TABLE event ADD COLUMN id TEXT;
          CREATE INDEX event_by_id ON event (controller, id);
          ALTER TABLE log ADD COLUMN chain TEXT;
          CREATE TABLE dropped (
            controller TEXT NOT NULL, epoch TEXT NOT NULL, first INTEGER NOT NULL,
            last INTEGER NOT NULL);
          CREATE TABLE urgent (
            controller TEXT NOT NULL, epoch TEXT NOT NULL, number INTEGER NOT NULL,
            arrived INTEGER NOT NULL, event BLOB NOT NULL,
            PRIMARY KEY (controller, epoch, number));
          CREATE TABLE snapshot (
            controller TEXT PRIMARY KEY, id TEXT NOT NULL, revision INTEGER NOT NULL,
            ranges BLOB NOT NULL, made INTEGER NOT NULL);
          ALTER TABLE command ADD COLUMN received INTEGER;
          """)
      let people = try Row.fetchAll(database, sql: "SELECT id, record FROM person")
      for row in people {
        let record = try JSONCoding.decoder().decode(
          PersonRecord.self, from: try row.decode(Data.self, forColumn: "record"))
        try database.execute(
          sql: "UPDATE person SET hash = ?, bucket = ? WHERE id = ?",
          arguments: [
            Data(try record.recordHash()), RecordSetDigest.bucket(of: record.id), record.id,
          ])
      }
      let credentials = try Row.fetchAll(database, sql: "SELECT id, record FROM credential")
      for row in credentials {
        let record = try JSONCoding.decoder().decode(
          CredentialRecord.self, from: try row.decode(Data.self, forColumn: "record"))
        try database.execute(
          sql: "UPDATE credential SET hash = ?, bucket = ?, active = ? WHERE id = ?",
          arguments: [
            Data(try record.recordHash()), RecordSetDigest.bucket(of: record.id),
            record.countsInDigest, record.id,
          ])
      }
    }
    migrator.registerMigration("3 partial configurations, telemetry") { database in
      try database.execute(
        sql: """
          ALTER TABLE controller ADD COLUMN configPatch BLOB;
          ALTER TABLE controller ADD COLUMN telemetry BLOB;
          """)
    }
    migrator.registerMigration("4 log lines") { database in
      try database.execute(sql: "ALTER TABLE controller ADD COLUMN logs BLOB")
    }
    migrator.registerMigration("5 keys that were issued on site") { database in
      try database.execute(
        sql: """
          CREATE TABLE issued (
            id TEXT PRIMARY KEY, controller TEXT NOT NULL REFERENCES controller (id),
            issuer TEXT NOT NULL, outcome TEXT NOT NULL, reason TEXT NOT NULL, body BLOB NOT NULL);
          CREATE TABLE revokedCertificate (id TEXT PRIMARY KEY, revoked INTEGER NOT NULL);
          CREATE TABLE boot (
            number INTEGER PRIMARY KEY, controller TEXT NOT NULL, boot TEXT NOT NULL,
            UNIQUE (controller, boot));
          ALTER TABLE controller ADD COLUMN cloned INTEGER;
          """)
    }
    migrator.registerMigration("diagnosis") { database in
      try database.execute(sql: "ALTER TABLE controller ADD COLUMN diagnosis BLOB")
    }
    migrator.registerMigration("chunks by index") { database in
      try database.execute(
        sql: "CREATE INDEX credential_by_controller ON credential (controller, id)")
    }
    migrator.registerMigration("records that controllers refused") { database in
      try database.execute(
        sql: """
          CREATE TABLE recordNote (
            controller TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
            bucket INTEGER NOT NULL, problems BLOB NOT NULL, stops INTEGER NOT NULL, kept BLOB,
            revision INTEGER NOT NULL, PRIMARY KEY (controller, kind, name));
          """)
    }
    migrator.registerMigration("credentials for everywhere say so") { database in
      let credentials = try Row.fetchAll(database, sql: "SELECT id, record FROM credential")
      for row in credentials {
        let record = try JSONCoding.decoder().decode(
          CredentialRecord.self, from: try row.decode(Data.self, forColumn: "record"))
        let placed = record.sayingItsPlace
        guard placed != record else { continue }
        try database.execute(
          sql: "UPDATE credential SET record = ?, hash = ? WHERE id = ?",
          arguments: [
            Data(try JSONCoding.encode(placed)), Data(try placed.recordHash()), record.id,
          ])
      }
    }
    PlatformMigrations.register(in: &migrator)
    ReachMigrations.register(in: &migrator)
    RetentionMigrations.register(in: &migrator)
    ErasureMigrations.register(in: &migrator)
    CertificateTable.register(in: &migrator)
    RestoredTable.register(in: &migrator)
    RescanTable.register(in: &migrator)
    return migrator
  }
}
