import CloudProtocol
import DoorPorts
import DoorRules
import Synchronization

/// A state store in memory that a test can make fail.
final class MemoryState: StateStore {
  private struct State {
    var values: [String: [UInt8]] = [:]
    var failure: PortError?
    var reads: [String] = []
  }
  private let state = Mutex(State())

  init(_ values: [String: String] = [:]) {
    state.withLock { $0.values = values.mapValues { Array($0.utf8) } }
  }

  /// The keys that were read, in order.
  var reads: [String] { state.withLock { $0.reads } }

  /// From now on every call fails with this; nil ends that.
  func fail(with error: PortError?) { state.withLock { $0.failure = error } }

  func value(forKey key: String) throws(PortError) -> [UInt8]? {
    let read = state.withLock { state -> Result<[UInt8]?, PortError> in
      state.reads.append(key)
      if let failure = state.failure { return .failure(failure) }
      return .success(state.values[key])
    }
    return try read.get()
  }

  func values(withPrefix prefix: String) throws(PortError) -> [String: [UInt8]] {
    let read = state.withLock { state -> Result<[String: [UInt8]], PortError> in
      state.reads.append(prefix)
      if let failure = state.failure { return .failure(failure) }
      return .success(state.values.filter { $0.key.hasPrefix(prefix) })
    }
    return try read.get()
  }

  func setValues(_ values: [String: [UInt8]?]) throws(PortError) {
    let failure = state.withLock { state in
      if state.failure == nil { for (key, value) in values { state.values[key] = value } }
      return state.failure
    }
    if let failure { throw failure }
  }
}

/// Keys that were handed over, in memory.
final class MemoryIssued: IssuedStore {
  private struct State {
    var keys: [IssuedKey]
    var failure: PortError?
  }
  private let state: Mutex<State>

  init(_ keys: [IssuedKey] = []) { state = Mutex(State(keys: keys)) }

  func fail(with error: PortError?) { state.withLock { $0.failure = error } }

  func issuedKeys() throws(PortError) -> [IssuedKey] {
    let (keys, failure) = state.withLock { ($0.keys, $0.failure) }
    if let failure { throw failure }
    return keys
  }

  func issuerMarks() throws(PortError) -> [IssuerMark] { [] }

  func keep(_ key: IssuedKey, mark: IssuerMark?) throws(PortError) {
    state.withLock { $0.keys.append(key) }
  }

  func forgetIssued(_ ids: [String]) throws(PortError) {
    state.withLock { $0.keys.removeAll { ids.contains($0.record.id) } }
  }
}
