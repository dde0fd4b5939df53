import CloudProtocol
import Foundation
import GRDB

/// The cloud's database: one SQLite file, which the server and the commands share. It opens the
/// file and brings it to the present version; each table has a type of its own.
final class CloudStore: Sendable {
  let database: DatabasePool
  /// The cloud's folder, with its keys beside the database.
  let folder: String

  init(folder: String) throws {
    self.folder = folder
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    var configuration = GRDB.Configuration()
    // Server and commands take turns, also on a machine that is busy.
    configuration.busyMode = .timeout(30)
    database = try DatabasePool(path: "\(folder)/cloud.sqlite", configuration: configuration)
    try database.writeWithoutTransaction { database in
      // An acknowledgement must never be for an event that a power cut takes back.
      try database.execute(sql: "PRAGMA synchronous = FULL")
    }
    try CloudMigrations.migrator.migrate(database)
  }

  var boots: BootTable { BootTable(database: database) }
  var commands: CommandTable { CommandTable(database: database) }
  var configurations: ConfigurationTable { ConfigurationTable(database: database) }
  var controllers: ControllerTable { ControllerTable(database: database) }
  var credentials: CredentialTable { CredentialTable(database: database) }
  var deltas: DeltaReader { DeltaReader(database: database) }
  var digests: DigestReader { DigestReader(database: database) }
  var events: EventTable { EventTable(database: database) }
  var issued: IssuedTable { IssuedTable(database: database) }
  var knownPeople: KnownPersonTable { KnownPersonTable(database: database) }
  var offlinePINs: OfflinePINFiles {
    OfflinePINFiles(folder: "\(folder)/offline-pin", controllers: controllers)
  }
  var people: PersonTable { PersonTable(database: database) }
  var recordNotes: RecordNoteTable { RecordNoteTable(database: database) }
  var rescans: RescanTable { RescanTable(database: database) }
  var restored: RestoredTable { RestoredTable(database: database) }
  var revisions: RevisionTable { RevisionTable(database: database) }
  var snapshots: SnapshotTable { SnapshotTable(database: database) }
  var urgentEvents: UrgentEventTable { UrgentEventTable(database: database) }
  var ways: WayTable { WayTable(database: database) }

  /// The Ed25519 key by which controllers verify this cloud.
  func signer() throws -> EnvelopeSigner {
    try CloudKey.load(folder: folder)
  }
}
