import CloudProtocol
import Foundation
import GRDB

/// Revisions of each controller, and which persons it knows.
enum ReachMigrations {
  static func register(in migrator: inout DatabaseMigrator) {
    migrator.registerMigration("a line of revisions for each controller") { database in
      try database.execute(
        sql: """
          CREATE TABLE line (
            controller TEXT PRIMARY KEY, last INTEGER NOT NULL DEFAULT 0,
            floor INTEGER NOT NULL DEFAULT 0, changed INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
          CREATE INDEX line_by_change ON line (changed);
          INSERT INTO line (controller, last) SELECT id, (SELECT last FROM revision) FROM controller;
          CREATE TRIGGER line_of_controller AFTER INSERT ON controller BEGIN
            INSERT INTO line (controller) VALUES (NEW.id);
          END;
          CREATE TABLE controllerWay (
            controller TEXT NOT NULL, way TEXT NOT NULL,
            PRIMARY KEY (controller, way)) WITHOUT ROWID;
          CREATE INDEX controllerWay_by_way ON controllerWay (way);
          CREATE TABLE personWay (
            person TEXT NOT NULL, way TEXT NOT NULL, PRIMARY KEY (person, way)) WITHOUT ROWID;
          CREATE INDEX personWay_by_way ON personWay (way);
          CREATE TABLE knownPerson (
            controller TEXT NOT NULL, person TEXT NOT NULL, revision INTEGER NOT NULL,
            PRIMARY KEY (controller, person)) WITHOUT ROWID;
          CREATE INDEX knownPerson_by_revision ON knownPerson (controller, revision);
          CREATE INDEX knownPerson_by_person ON knownPerson (person);
          CREATE TABLE withdrawn (
            controller TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,
            revision INTEGER NOT NULL, PRIMARY KEY (controller, kind, id)) WITHOUT ROWID;
          CREATE INDEX withdrawn_by_revision ON withdrawn (controller, revision);
          CREATE INDEX credential_by_person ON credential (person, controller);
          DROP INDEX person_by_revision;
          ALTER TABLE person DROP COLUMN revision;
          CREATE INDEX command_open ON command (made) WHERE result IS NULL;
          """)
      let people = try Row.fetchCursor(database, sql: "SELECT record FROM person")
      while let row = try people.next() {
        let person = try row.requiredJSON(PersonRecord.self, in: "record")
        try WayTable.replace(person.waysIn, ofPerson: person.id, database)
      }
      for row in try Row.fetchAll(database, sql: "SELECT id, config FROM controller") {
        let controller: String = try row.decode(forColumn: "id")
        if let configuration = try row.json(ConfigurationDocument.self, in: "config") {
          _ = try WayTable.replace(configuration.waysIn, ofController: controller, database)
        }
        // Nobody has noted so far for which controllers certificates were made.
        try WayTable.addDesk(at: controller, database)
        try KnownPersonTable.refresh(controller, database)
        // It has every person, and gets a snapshot of those that it is to know.
        _ = try RevisionTable.next(of: controller, database)
        try RevisionTable.raiseFloor(of: controller, database)
      }
    }
  }
}
