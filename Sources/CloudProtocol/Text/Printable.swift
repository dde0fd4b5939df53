extension String {
  /// The text with its control characters as visible escapes, such as `\u{1B}`. What others wrote
  /// (names, reasons, details) passes here before a terminal or a log shows it, so that it can neither
  /// move the cursor nor look like a line of its own.
  package var printable: String {
    guard unicodeScalars.contains(where: Self.isHidden) else { return self }
    var text = ""
    for scalar in unicodeScalars {
      if Self.isHidden(scalar) {
        text += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  /// The same for text of several lines, which stay lines.
  package var printableLines: String {
    split(separator: "\n", omittingEmptySubsequences: false).map { String($0).printable }
      .joined(separator: "\n")
  }

  /// Controls, separators of lines, and marks that turn the direction of writing.
  private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    default: (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
    }
  }
}
