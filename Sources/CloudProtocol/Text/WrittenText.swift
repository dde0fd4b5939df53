/// The text of a file that a person may have written or copied: settings, keys, passwords,
/// certificates, policies, imports. All of them pass here, so that an editor, a spreadsheet or
/// another system's line ends make no difference.
///
/// Accepts UTF-8 with or without a byte order mark, at the start of any line since files are
/// joined, and lines that end with LF or CR LF. Returns text whose lines end with LF only: in Swift
/// "\r\n" is one `Character`, which a split at "\n" does not find.
public enum WrittenText {
  /// Whether the file has meaning by its lines.
  public enum Lines: Sendable {
    /// A lone CR is refused: it may separate lines (a spreadsheet's) or be damage.
    case matter
    /// A lone CR is white space, as in JSON.
    case doNotMatter
  }

  private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

  /// Throws ``WrittenTextProblem`` with the line for what is no such text.
  public static func decode(
    _ bytes: some Collection<UInt8>, lines: Lines = .matter
  ) throws(WrittenTextProblem) -> String {
    let normal = try normalise(Array(bytes), lines: lines)
    // Validates; `String(decoding:)` would replace what is no UTF-8.
    guard let text = String(validating: normal, as: UTF8.self) else {
      throw WrittenTextProblem(
        line: firstBadLine(normal), "it is not UTF-8 text; save the file as UTF-8")
    }
    return text
  }

  /// The same as bytes, which are UTF-8 only where they were.
  public static func normalise(
    _ bytes: [UInt8], lines: Lines
  ) throws(WrittenTextProblem) -> [UInt8] {
    let isUTF16 = bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
    if isUTF16 || bytes.prefix(4).contains(0) {
      throw WrittenTextProblem(
        line: nil, "it is UTF-16 or binary, not UTF-8 text; save the file as UTF-8")
    }
    guard bytes.contains(carriageReturn) || hasMark(bytes) else { return bytes }
    var normal: [UInt8] = []
    normal.reserveCapacity(bytes.count)
    var line = 1
    var index = 0
    var isLineStart = true
    while index < bytes.count {
      if isLineStart, bytes[index...].starts(with: mark) {
        index += mark.count
        continue
      }
      let byte = bytes[index]
      index += 1
      isLineStart = byte == lineFeed
      if isLineStart { line += 1 }
      if byte == carriageReturn {
        if index < bytes.count, bytes[index] == lineFeed { continue }
        switch lines {
        case .matter:
          throw WrittenTextProblem(
            line: line,
            "it has a carriage return without a line feed; save the file with Unix line ends")
        case .doNotMatter: break
        }
      }
      normal.append(byte)
    }
    return normal
  }

  /// The lines that are neither empty nor a comment (`#`), with their numbers from 1, as words that
  /// blanks or tabs separate.
  public static func records(of text: String) -> [(line: Int, words: [String])] {
    text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap {
      index, line in
      let words = line.split { $0 == " " || $0 == "\t" }.map(String.init)
      guard let first = words.first, !first.hasPrefix("#") else { return nil }
      return (index + 1, words)
    }
  }

  private static func hasMark(_ bytes: [UInt8]) -> Bool {
    bytes.indices.contains { bytes[$0] == mark[0] && bytes[$0...].starts(with: mark) }
  }

  private static func firstBadLine(_ bytes: [UInt8]) -> Int? {
    bytes.split(separator: lineFeed, omittingEmptySubsequences: false)
      .firstIndex { String(validating: $0, as: UTF8.self) == nil }
      .map { $0 + 1 }
  }
}

/// Why a file is no text that can be read, and what to do.
public struct WrittenTextProblem: Error, Sendable, Hashable, CustomStringConvertible {
  /// From 1; nil when it is about the file.
  public let line: Int?
  public let message: String

  init(line: Int?, _ message: String) {
    self.line = line
    self.message = message
  }

  public var description: String { line.map { "line \($0): \(message)" } ?? message }
}
