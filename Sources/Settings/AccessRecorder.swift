import Configuration
import Synchronization

/// Learns from each look-up the name of the environment variable that would override the key,
/// and whether there was one.
final class AccessRecorder: AccessReporter {
  private struct State {
    var names: Set<String> = []
    var overriding: String?
  }

  private let state = Mutex(State())

  /// The variable providers come first, so the first result is theirs.
  func report(_ event: AccessEvent) {
    state.withLock { state in
      state.overriding = nil
      guard let first = event.providerResults.first, case .success(let found) = first.result
      else { return }
      state.names.insert(found.encodedKey)
      if found.value != nil { state.overriding = found.encodedKey }
    }
  }

  /// Every variable that would have been listened to.
  var names: Set<String> { state.withLock(\.names) }

  /// The variable that gave the latest value; nil when the file did, or nothing.
  var overriding: String? { state.withLock(\.overriding) }
}
