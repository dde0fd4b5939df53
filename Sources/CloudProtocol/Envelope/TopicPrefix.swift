/// What stands before `postern/v1` in every topic, at a broker that several share: `acme/eu`.
public struct TopicPrefix: Sendable, Hashable {
  /// With a slash at its end; empty for none.
  public let text: String

  /// Hosted brokers take eight levels, and a topic has five after these.
  public static let levelsMax = 3
  public static let bytesMax = 64
  /// The grammar in words.
  public static let grammar =
    "has 1 to \(levelsMax) parts with / between them, each of letters, digits, _ and -, and at most "
    + "\(bytesMax) bytes"

  /// Nil for a text that is no prefix. Dots are refused because some brokers take them for slashes.
  public init?(_ text: String) {
    let levels = text.split(separator: "/", omittingEmptySubsequences: false)
    guard text.utf8.count <= Self.bytesMax, (1...Self.levelsMax).contains(levels.count),
      levels.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(Self.isAllowed) })
    else { return nil }
    self.text = text + "/"
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}
