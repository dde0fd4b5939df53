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
    } + readers.compactMap(\.adviceOnPINFrame) + doors.flatMap(\.adviceOnReaderLines)
  }
}

extension DaemonSettings.Door {
  /// What it means that a line is in the reach of whoever opens a reader.
  fileprivate var adviceOnReaderLines: [SettingsAdvice] {
    func advice(_ key: String, _ line: DaemonSettings.Line?, _ words: String) -> [SettingsAdvice] {
      guard let reader = line?.reader else { return [] }
      return [
        SettingsAdvice(
          path: "door.\(id).\(key)", message: "it is at the reader \(reader): \(words)")
      ]
    }
    let leaving =
      timing.exitRequest == .none
      ? "whoever opens that reader can open the door"
      : """
      whoever opens that reader can open the door, and whoever cuts its line, too: nobody can ask to \
      leave then, so the door stays free until the reader is back
      """
    let rest =
      failSafe
      ? "whoever cuts its line opens the door within 3 s, since the lock opens without power"
      : "while its line is cut the lock stays closed, and no exit button opens it"
    return advice(
      "relay", relay,
      """
      whoever opens that reader can open the door; \(rest). Only for a reader inside, or wire the relay to \
      the controller
      """)
      + advice(
        "exit", exit,
        """
        \(leaving). Only for a reader inside, on a line that no reader outside is on; or wire it to the \
        controller
        """)
      + advice(
        "contact", contact,
        """
        while its line is cut nobody knows whether the leaf is open, and whoever opens the reader can make \
        it seem closed
        """)
  }

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
