import Configuration
import Synchronization

/// Records of each look-up the name of the environment variable that overrides the key, and
/// whether it was set.
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

  /// The name of the variable of each key that was read.
  var names: Set<String> { state.withLock(\.names) }

  /// The variable that the latest value came from; nil when it came from the file, or is missing.
  var overriding: String? { state.withLock(\.overriding) }
}
