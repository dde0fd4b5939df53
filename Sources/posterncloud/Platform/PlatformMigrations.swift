import GRDB

/// The tables of the API, and the notices for webhooks.
///
/// Triggers write the notices, so that whatever changes a row, be it the server or a command in
/// another process, also tells of it, in the same transaction.
enum PlatformMigrations {
  static func register(in migrator: inout DatabaseMigrator) {
    migrator.registerMigration("platform: documents, audit, notices") { database in
      try database.execute(
        sql: """
          CREATE TABLE document (
            kind TEXT NOT NULL, id TEXT NOT NULL, parent TEXT, changed INTEGER NOT NULL,
            body BLOB NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID;
          CREATE INDEX document_by_parent ON document (kind, parent, id);
          CREATE INDEX document_by_age ON document (kind, changed);
          CREATE TABLE platformLog (
            position INTEGER PRIMARY KEY AUTOINCREMENT, log TEXT NOT NULL, at INTEGER NOT NULL,
            body BLOB NOT NULL);
          CREATE INDEX platformLog_by_log ON platformLog (log, position);
          CREATE TABLE notice (
            position INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, kind TEXT NOT NULL,
            reference TEXT NOT NULL, detail TEXT);
          ALTER TABLE credential ADD COLUMN granted INTEGER;
          ALTER TABLE credential ADD COLUMN revoked INTEGER;
          """)
      let now = "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"
      try database.execute(
        sql: """
          CREATE TRIGGER notice_of_event AFTER INSERT ON event BEGIN
            INSERT INTO notice (at, kind, reference) VALUES (\(now), 'event', NEW.position);
          END;
          CREATE TRIGGER notice_of_alarm AFTER INSERT ON urgent BEGIN
            INSERT INTO notice (at, kind, reference) VALUES (
              NEW.arrived, 'alarm', NEW.controller || '/' || NEW.epoch || '/' || NEW.number);
          END;
          CREATE TRIGGER notice_of_credential AFTER UPDATE OF status ON credential
          WHEN NEW.status IS NOT OLD.status BEGIN
            INSERT INTO notice (at, kind, reference, detail)
              VALUES (COALESCE(NEW.statusTime, \(now)), 'credential', NEW.id, NEW.status);
          END;
          CREATE TRIGGER credential_granted AFTER UPDATE OF status ON credential
          WHEN NEW.status = 'active' AND NEW.granted IS NULL BEGIN
            UPDATE credential SET granted = NEW.statusTime WHERE id = NEW.id;
          END;
          CREATE TRIGGER credential_revoked AFTER UPDATE OF status ON credential
          WHEN NEW.status = 'revoked' BEGIN
            UPDATE credential SET revoked = NEW.statusTime WHERE id = NEW.id;
          END;
          CREATE TRIGGER notice_of_controller AFTER UPDATE OF state ON controller
          WHEN json_extract(CAST(NEW.state AS TEXT), '$.online')
            IS NOT json_extract(CAST(OLD.state AS TEXT), '$.online') BEGIN
            INSERT INTO notice (at, kind, reference, detail) VALUES (
              \(now), 'controller', NEW.id,
              iif(json_extract(CAST(NEW.state AS TEXT), '$.online'), 'online', 'offline'));
          END;
          CREATE TRIGGER notice_of_command AFTER UPDATE OF result ON command
          WHEN NEW.result IS NOT NULL AND NEW.result IS NOT OLD.result BEGIN
            INSERT INTO notice (at, kind, reference, detail) VALUES (
              \(now), 'command', NEW.id, json_extract(CAST(NEW.result AS TEXT), '$.outcome'));
          END;
          """)
    }
    migrator.registerMigration("telemetry that a change has overtaken") { database in
      try database.execute(
        sql: """
          ALTER TABLE controller ADD COLUMN telemetryOvertaken INTEGER NOT NULL DEFAULT 0;
          CREATE TRIGGER telemetry_of_now AFTER UPDATE OF telemetry ON controller BEGIN
            UPDATE controller SET telemetryOvertaken = 0 WHERE id = NEW.id;
          END;
          """)
    }
  }
}
