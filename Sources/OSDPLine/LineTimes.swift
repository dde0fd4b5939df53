/// How long the panel waits for what on a line of readers.
public struct LineTimes: Sendable, Hashable {
  /// Range of ``pollMilliseconds``.
  public static let pollRange = 20...1_000
  /// How often a packet is sent before the channel is given up.
  public static let triesMax = 3

  /// From the end of a command to the first byte of its answer.
  public var replyMilliseconds = 200
  /// A packet that began goes on within this; USB adapters hold bytes back for up to 16 ms.
  public var gapMilliseconds = 40
  /// From one question to the next, of each reader.
  public var pollMilliseconds = 50
  /// A reader that was not heard for so long is offline.
  public var offlineMilliseconds = 8_000
  /// How often a reader is tried that is not there.
  public var probeMilliseconds = 1_000
  /// How often a reader is tried that is there with another key; each costs the line an answer.
  public var wrongKeyMilliseconds = 5_000
  /// How soon a reader that is busy is asked again.
  public var busyMilliseconds = 100
  /// How often a reader is asked for its inputs, if a door needs them: some do not tell a change by
  /// themselves.
  public var inputsMilliseconds = 500
  /// Probes of readers that are away leave the line to the others for so long.
  public var betweenProbesMilliseconds = 300

  public init(pollMilliseconds: Int = 50) {
    self.pollMilliseconds = min(
      max(pollMilliseconds, Self.pollRange.lowerBound), Self.pollRange.upperBound)
  }
}

/// The speeds that OSDP knows, in bits a second.
public enum LineSpeed: Int, Sendable, Hashable, CaseIterable {
  case b9600 = 9_600
  case b19200 = 19_200
  case b38400 = 38_400
  case b57600 = 57_600
  case b115200 = 115_200
  case b230400 = 230_400

  /// How long so many bytes are on the line, rounded up: ten bits each.
  func microseconds(of bytes: Int) -> Int { (bytes * 10_000_000 + rawValue - 1) / rawValue }
}
