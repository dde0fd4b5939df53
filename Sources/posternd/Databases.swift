import Dispatch
import DoorPorts
import DoorRuntime
import HostLinux
import Logging
import StoreSQLite

/// The event log and the credential cache, in the folder of the state. What cannot be opened at the
/// start is tried again later; the door serves meanwhile.
struct Databases {
  /// How long the start waits for both to open.
  static let openMilliseconds = 2_000

  let events: LateOpening<EventDatabase>
  let cache: LateOpening<CacheDatabase>

  /// Throws when another daemon has the folder: two daemons on one log would assign the same numbers.
  /// A folder that does not exist yet is locked later, before a database in it is opened.
  init(folder: String, logger: Logger) throws(PortError) {
    let lock = FolderLock(
      folder: folder, program: "posternd", advice: "stop that one, or set state.folder")
    do { try lock.take() } catch {
      guard error.code != .busy else { throw error }
      logger.error("\(error)")
    }
    events = LateOpening(opensAtOnce: false) { () throws(PortError) in
      try lock.take()
      let database = try EventDatabase(folder: folder)
      Self.report(database.recovered, logger)
      return database
    }
    cache = LateOpening(opensAtOnce: false) { () throws(PortError) in
      try lock.take()
      let database = try CacheDatabase(folder: folder)
      Self.report(database.recovered, logger)
      return database
    }
  }

  /// Opens both, and waits for that only so long: a disk that does not answer must not keep the doors
  /// from being served.
  func open() {
    let isDone = Gate()
    DispatchQueue(label: "postern.open").async { [events, cache] in
      // Why one cannot be opened is told by whoever uses it.
      _ = try? events.opened()
      _ = try? cache.opened()
      isDone.open()
    }
    isDone.wait(milliseconds: Self.openMilliseconds)
  }

  /// Where databases were moved that are damaged.
  var damaged: [String] {
    [events.ifOpen?.recovered, cache.ifOpen?.recovered].compactMap { $0?.path }
  }

  /// After everything else has ended: the write-ahead logs are merged into the files, so that a copy
  /// of a stopped controller's folder is complete.
  func close(_ logger: Logger) {
    do throws(PortError) {
      try events.taken()?.close()
      try cache.taken()?.close()
    } catch { logger.warning("\(error); the write-ahead log is read at the next start") }
  }

  private static func report(_ moved: DamagedFile?, _ logger: Logger) {
    guard let moved else { return }
    let next =
      moved.isSalvaged ? "its readable events were copied to a new one" : "a new one was created"
    logger.error("a damaged database was moved to \(moved.path); \(next)")
  }
}
