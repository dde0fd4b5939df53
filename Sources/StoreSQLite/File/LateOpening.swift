public import DoorPorts
import Synchronization

/// A database that may not be there yet: a disk that is full, a folder that cannot be written. The
/// door serves meanwhile with what it has, and each call tries again, so often and no oftener.
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

  /// Tries at once.
  public init(_ make: @escaping @Sendable () throws(PortError) -> Database) {
    self.make = make
    do throws(PortError) { state = Mutex(.open(try make())) } catch {
      state = Mutex(.failed(error, at: .now))
    }
  }

  /// Why it is not open; nil is good.
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

  /// Hands out the database for its end; from then on it cannot be had again. Nil when it is not open.
  public func taken() -> Database? {
    state.withLock { state in
      guard case .open(let database) = state else { return nil }
      state = .ended
      return database
    }
  }

  /// Ends the database, once in a program's life, so that a later call opens it again.
  func reopen(because error: PortError, ending: (Database) -> Void) {
    state.withLock { state in
      guard case .open(let database) = state,
        !hasReopened.exchange(true, ordering: .relaxed)
      else { return }
      ending(database)
      state = .failed(error, at: .now)
    }
  }

  /// The database; throws what opening it said last.
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
