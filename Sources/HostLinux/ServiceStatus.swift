import CloudProtocol

/// What `systemctl status` shows beside "Status:", in a line: what is served, and what is wrong.
public struct ServiceStatus: Sendable, Hashable {
  /// The longest line, in characters: what a terminal shows of it at once is less.
  public static let charactersMax = 400

  public let line: String

  /// `cloudAbsence` is why the cloud is not connected; nil while it is, or where there is none.
  public init(doors: Int, troubles: [String], cloudAbsence: String?) {
    var parts = ["serving \(doors) \(doors == 1 ? "door" : "doors")"]
    if let first = troubles.first {
      // Its count first: the end of a long line is cut.
      parts.append(troubles.count == 1 ? first : "\(troubles.count) troubles, the first: \(first)")
    }
    if let cloudAbsence { parts.append("without the cloud: \(cloudAbsence)") }
    line = Self.short(parts.joined(separator: "; "))
  }

  /// The daemon ends, or does not begin to serve.
  public init(notServing cause: String) { line = Self.short("not serving: \(cause)") }

  private static func short(_ text: String) -> String {
    let line = text.split(whereSeparator: \.isNewline).joined(separator: " ").printable
    guard line.count > charactersMax else { return line }
    let more = " ...; see postern status"
    return line.prefix(charactersMax - more.count) + more
  }
}
