/// The daemon's last log lines, published in answer to a command. Like every line of the log they
/// hold no secret, no card number and no PIN.
public struct LogUpload: Sendable, Hashable, Codable {
  /// Most lines that are kept and published.
  public static let linesMax = 500
  /// The most characters of a line; the rest is cut.
  public static let lineCharactersMax = 500

  public var controller: String
  /// Id of the command that asked.
  public var commandID: String
  /// Oldest first.
  public var lines: [String]
  /// Lines since the daemon started that were too old to be kept.
  public var dropped: Int
  /// From 1, of ``parts``; absent where there is one part only, of an earlier version.
  public var part: Int?
  public var parts: Int?

  public init(controller: String, commandID: String, lines: [String], dropped: Int) {
    self.controller = controller
    self.commandID = commandID
    self.lines = lines
    self.dropped = dropped
  }
}
