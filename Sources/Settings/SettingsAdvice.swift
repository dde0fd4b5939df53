import DoorCore
import WiegandCodec

/// What is allowed in the settings, and probably not meant.
public struct SettingsAdvice: Sendable, Hashable {
  /// The key, such as `door.front.exitRequest`.
  public var path: String
  /// What will happen, and what to do.
  public var message: String

  public init(path: String, message: String) {
    self.path = path
    self.message = message
  }
}

extension DaemonSettings {
  /// What `config check` says besides that a file is good.
  public var advice: [SettingsAdvice] {
    // Simulated hardware has lines of its own.
    let unseen = hardware.driver == .simulated ? [] : doors.filter(\.forcesEveryExit)
    return unseen.map { door in
      SettingsAdvice(
        path: "door.\(door.id).exitRequest",
        message: """
          the door has a contact and no exit line: everybody who leaves raises the forced alarm; \
          wire `exit`, or set `exitRequest: none` for a handle that needs no request
          """)
    } + readers.compactMap(\.adviceOnPINFrame)
  }
}

extension DaemonSettings.Door {
  fileprivate var forcesEveryExit: Bool {
    hasContact && exit == nil && timing.exitRequest == .required
  }
}

extension DaemonSettings.Reader {
  fileprivate var adviceOnPINFrame: SettingsAdvice? {
    guard let frame = entry.frame else { return nil }
    let taken = formats.formats.filter { frame.takes(bitCount: $0.bitCount) }.map(\.name)
    guard !taken.isEmpty else { return nil }
    let names = taken.joined(separator: ", ")
    let which =
      frame.facility.map { "a card of \(names) with facility code \($0)" }
      ?? "every card of \(names)"
    return SettingsAdvice(
      path: "reader.\(id).pinFrame",
      message: """
        \(which) is read as a PIN at this reader; leave the format out of `formats`, or set \
        `pinFrameFacility` to a code that no card has
        """)
  }
}
