public import DoorPorts
import Synchronization

/// A database that may not be open yet, because the disk is full or the folder cannot be written.
/// The door serves meanwhile from memory. A call tries again to open it, at most every
/// ``retryMilliseconds``.
public final class LateOpening<Database: Sendable>: Sendable {
  /// Time between tries to open.
  public static var retryMilliseconds: Int { 5_000 }

  private enum State {
    case open(Database)
    case failed(PortError, at: ContinuousClock.Instant)
    case ended
  }

  private let make: @Sendable () throws(PortError) -> Database
  private let state: Mutex<State>
  private let hasReopened = Atomic(false)

  private static var end: PortError {
    PortError(.unavailable, operation: "use the database", detail: "the program is ending")
  }

  /// Tries to open it at once.
  public init(_ make: @escaping @Sendable () throws(PortError) -> Database) {
    self.make = make
    do throws(PortError) { state = Mutex(.open(try make())) } catch {
      state = Mutex(.failed(error, at: .now))
    }
  }

  /// Why it is not open; nil when it is.
  public var failure: PortError? {
    state.withLock {
      switch $0 {
      case .open: nil
      case .failed(let error, _): error
      case .ended: Self.end
      }
    }
  }

  /// The database, when it is open.
  public var ifOpen: Database? {
    state.withLock {
      switch $0 {
      case .open(let database): database
      case .failed, .ended: nil
      }
    }
  }

  /// Returns the database to be closed; later calls fail. Nil when it is not open.
  public func taken() -> Database? {
    state.withLock { state in
      guard case .open(let database) = state else { return nil }
      state = .ended
      return database
    }
  }

  /// Closes the database, at most once in the life of the program, so that a later call opens it
  /// again.
  func reopen(because error: PortError, ending: (Database) -> Void) {
    state.withLock { state in
      guard case .open(let database) = state,
        !hasReopened.exchange(true, ordering: .relaxed)
      else { return }
      ending(database)
      state = .failed(error, at: .now)
    }
  }

  /// The database; throws the error of the last try to open it.
  public func opened() throws(PortError) -> Database {
    let result = state.withLock { state -> Result<Database, PortError> in
      switch state {
      case .open(let database): return .success(database)
      case .ended: return .failure(Self.end)
      case .failed(let error, let at):
        guard at.duration(to: .now) >= .milliseconds(Self.retryMilliseconds) else {
          return .failure(error)
        }
      }
      do throws(PortError) {
        let database = try make()
        state = .open(database)
        return .success(database)
      } catch {
        state = .failed(error, at: .now)
        return .failure(error)
      }
    }
    return try result.get()
  }
}
