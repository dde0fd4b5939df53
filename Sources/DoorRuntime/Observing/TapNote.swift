public import DoorCore
public import DoorRules
public import WiegandCodec

/// Something at the lines, as a technician watches it.
public struct TapNote: Sendable {
  /// A pulse of a frame, from its first one on.
  public struct Pulse: Sendable, Hashable {
    public var isOne: Bool
    public var startMicroseconds: Int
    /// 0 where its end was not seen.
    public var widthMicroseconds: Int
  }

  public enum What: Sendable {
    case edge(InputLine, isActive: Bool)
    /// A complete burst, decoded with the reader's formats.
    case frame(ReaderID, WiegandFrame, DecodedFrame, [Pulse])
    case malformed(ReaderID, MalformedFrame, [Pulse])
    case drive(OutputLine, isActive: Bool)
    /// What went into the log, by its type; safe to show.
    case recorded(type: String, door: String?, reader: String?, reason: String?, person: String?)
  }

  /// Counts up without a hole; a watcher that misses some sees it here.
  public var number: UInt64
  public var at: MonotonicInstant
  public var what: What
}
