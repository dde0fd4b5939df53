public import DoorCore
public import DoorRules

/// Readers that are on a line of their own instead of data lines, such as OSDP readers.
public protocol ReaderBus: Sendable {
  /// Begins to serve the lines, from threads of the port's own, and waits for nothing: the door's thread
  /// calls it. `onReport` must not block. Called once.
  func start(onReport: @escaping @Sendable (BusReport) -> Void)

  /// Whether lamp, beeper or a door's relay is one of a reader on such a line.
  func has(_ line: OutputLine) -> Bool

  /// Sets a lamp, a beeper or a relay. What the lamp of a reader that is away shall show, it shows when it
  /// is back. A relay has moved when ``BusReport/driven(_:_:isActive:)`` says so; while its reader is away
  /// this throws `unavailable`.
  func drive(_ line: OutputLine, active: Bool) throws(PortError)

  /// A relay's level, as its reader said last; at rest once the time is over for which it was switched.
  /// Throws while the reader is away.
  func isActive(_ line: OutputLine) throws(PortError) -> Bool

  /// What is known of a door's input; nil for one that is at no reader.
  func level(of line: InputLine) -> ReaderInputLevel?

  /// Every reader, with what is known of it.
  var readers: [BusReader] { get }

  /// A person pairs a reader: it may have the key of an unpaired one for so long, and gets one of its
  /// own. The key is on disk when this returns, so the door's thread does not call it. Throws `invalid`
  /// for an unknown reader.
  func pair(_ reader: ReaderID, seconds: Int) throws(PortError)

  /// Ends the threads, and waits for them for a while. Nothing that is reported after it counts.
  func stop()
}

/// What a line of readers reports. It has come over a secure channel of that reader, but for faults.
public enum BusReport: Sendable, Hashable {
  /// A card, a key, or what is neither.
  case delivered(ReaderID, ReaderDelivery)
  /// The reader's case was opened, or closed again.
  case tamper(ReaderID, raised: Bool)
  /// A door's input at the reader changed, or is known for the first time.
  case input(ReaderID, LineEdge)
  /// A door's input at the reader is not known any more.
  case inputLost(ReaderID, InputLine)
  /// The reader has carried out a command to a door's relay.
  case driven(ReaderID, OutputLine, isActive: Bool)
  /// It refused one, or is away: nobody knows what the relay does.
  case notDriven(ReaderID, OutputLine)
  /// The reader is not served for this reason, or is again for nil.
  case absent(ReaderID, reason: String?)
  /// Something on the line was not believed, how often so far; `isSuspicious` when noise alone does not
  /// make it.
  case fault(ReaderID, fault: String, count: Int, isSuspicious: Bool)
  /// The reader has a key of its own now, or why not.
  case paired(ReaderID, failure: String?)

  /// Whose it is.
  public var reader: ReaderID {
    switch self {
    case .delivered(let reader, _), .tamper(let reader, _), .input(let reader, _),
      .inputLost(let reader, _), .driven(let reader, _, _), .notDriven(let reader, _),
      .absent(let reader, _), .fault(let reader, _, _, _), .paired(let reader, _):
      reader
    }
  }
}

/// A reader on a line, for status and diagnosis.
public struct BusReader: Sendable, Hashable {
  public var id: ReaderID
  /// The line's device and the reader's address on it.
  public var place: String
  /// Why it is not served; nil when it is.
  public var absence: String?
  /// The same for a person, with what to do.
  public var advice: String?
  /// Maker, model, serial number and firmware, as it says over its channel.
  public var identity: String?
  /// Whether somebody pairs it now.
  public var isPairing: Bool
  /// How often each fault was seen since the start.
  public var faults: [String: Int]
  /// The lines of a door that are at it, in words.
  public var lines: [String]

  /// Which reader is not served, where it is, what to do, and what of a door is gone with it. Nil when it
  /// is served, and while nothing is known.
  public var trouble: String? {
    advice.map { advice in
      let lost = lines.isEmpty ? "" : "; with it: " + lines.joined(separator: ", ")
      return "reader \(id) at \(place): \(advice)\(lost)"
    }
  }

  public init(
    id: ReaderID, place: String, absence: String?, advice: String? = nil,
    identity: String? = nil, isPairing: Bool = false, faults: [String: Int] = [:],
    lines: [String] = []
  ) {
    self.lines = lines
    self.isPairing = isPairing
    self.advice = advice
    self.id = id
    self.place = place
    self.absence = absence
    self.identity = identity
    self.faults = faults
  }
}
