import Dispatch
import DoorCore
import DoorPorts
import DoorRules
import Synchronization

/// Reads what was persisted, on a thread of its own: a disk that does not answer must not keep the
/// doors from being served.
final class StartReading: Sendable {
  private struct State {
    var start: StartState?
    var onLate: (@Sendable (StartState) -> Void)?
  }
  private let state = Mutex(State())
  private let isDone = Gate()

  init(_ ports: RuntimePorts, _ configuration: RuntimeConfiguration) {
    DispatchQueue(label: "postern.start", qos: .userInteractive).async { [self] in
      let start = StartState(
        ports: ports, controller: configuration.controller, layout: configuration.layout)
      let onLate = state.withLock { state in
        state.start = start
        return state.onLate
      }
      isDone.open()
      onLate?(start)
    }
  }

  /// What was read within this time; else nil, and `onLate` is called once it is read.
  func answer(
    withinMilliseconds milliseconds: Int, onLate: @escaping @Sendable (StartState) -> Void
  ) -> StartState? {
    isDone.wait(milliseconds: milliseconds)
    return state.withLock { state in
      if state.start == nil { state.onLate = onLate }
      return state.start
    }
  }
}
