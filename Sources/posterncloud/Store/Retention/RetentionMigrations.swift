import GRDB

/// When what is cleared away came.
enum RetentionMigrations {
  static func register(in migrator: inout DatabaseMigrator) {
    migrator.registerMigration("when events and issued keys came") { database in
      // Nobody noted it so far: what is there counts as come now.
      let now = CloudClock.now()
      try database.execute(
        sql: """
          ALTER TABLE event ADD COLUMN arrived INTEGER NOT NULL DEFAULT \(now);
          ALTER TABLE issued ADD COLUMN stored INTEGER NOT NULL DEFAULT \(now);
          CREATE INDEX issued_by_age ON issued (stored);
          CREATE INDEX urgent_by_arrival ON urgent (arrived);
          CREATE INDEX command_by_age ON command (made);
          """)
    }
  }
}
