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
    /// Nil: it was never tried.
    case failed(PortError, at: ContinuousClock.Instant?)
    case ended
  }

  private let make: @Sendable () throws(PortError) -> Database
  private let state: Mutex<State>
  /// Whoever opens it; only others who open it wait for that.
  private let turn = Mutex(())
  private let hasReopened = Atomic(false)

  private static var end: PortError {
    PortError(.unavailable, operation: "use the database", detail: "the program is ending")
  }

  /// Tries to open it at once, or else with the first call of ``opened()``.
  public init(
    opensAtOnce: Bool = true, _ make: @escaping @Sendable () throws(PortError) -> Database
  ) {
    self.make = make
    state = Mutex(.failed(Self.notYet, at: nil))
    // Why it does not open is its ``failure``.
    if opensAtOnce { _ = open() }
  }

  private static var notYet: PortError {
    PortError(
      .unavailable, operation: "use the database", detail: "it is not open yet; check the disk")
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

  /// The database; throws the error of the last try to open it. Opening it may take as long as the
  /// disk likes; meanwhile ``ifOpen`` and ``failure`` answer at once.
  public func opened() throws(PortError) -> Database {
    if let database = ifOpen { return database }
    return try turn.withLock { _ in open() }.get()
  }

  private func open() -> Result<Database, PortError> {
    let present = state.withLock { state -> Result<Database, PortError>? in
      switch state {
      case .open(let database): return .success(database)
      case .ended: return .failure(Self.end)
      case .failed(let error, let at):
        guard let at, at.duration(to: .now) < .milliseconds(Self.retryMilliseconds) else {
          return nil
        }
        return .failure(error)
      }
    }
    if let present { return present }
    do throws(PortError) {
      let database = try make()
      state.withLock { $0 = .open(database) }
      return .success(database)
    } catch {
      state.withLock { $0 = .failed(error, at: .now) }
      return .failure(error)
    }
  }
}
