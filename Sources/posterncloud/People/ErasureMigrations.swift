import GRDB

/// Which ids were erased, and what controllers have yet to remove of them.
enum ErasureMigrations {
  static func register(in migrator: inout DatabaseMigrator) {
    migrator.registerMigration("people are erased") { database in
      try database.execute(
        sql: """
          CREATE TABLE erased (digest BLOB PRIMARY KEY, at INTEGER NOT NULL);
          ALTER TABLE withdrawn ADD COLUMN isErased INTEGER NOT NULL DEFAULT 0;
          CREATE INDEX withdrawn_erased ON withdrawn (controller, revision) WHERE isErased;
          """)
    }
  }
}
