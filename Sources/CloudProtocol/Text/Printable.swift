extension String {
  /// The text with its control characters as visible escapes, such as `\u{1B}`. What others wrote
  /// (names, reasons, details) passes here before a terminal or a log shows it, so that it can neither
  /// move the cursor nor look like a line of its own.
  package var printable: String {
    escaped { "\\u{\(String($0.value, radix: 16, uppercase: true))}" }
  }

  /// The same, but ends of lines stay, and with `colours` also sequences that only choose a colour.
  /// For a whole text whose lines are its own.
  package func printableLines(colours: Bool) -> String {
    guard unicodeScalars.contains(where: { $0 != "\n" && Self.isHidden($0) }) else { return self }
    return split(separator: "\n", omittingEmptySubsequences: false).map { line in
      guard colours else { return String(line).printable }
      return line.split(separator: Self.escape, omittingEmptySubsequences: false).enumerated()
        .map { index, part in
          let text = String(part)
          guard index > 0 else { return text.printable }
          return Self.choosesColour(text)
            ? String(Self.escape) + text.printable : "\(Self.escape)\(text)".printable
        }.joined()
    }.joined(separator: "\n")
  }

  /// For the text of JSON: the escapes are JSON's own.
  package var printableJSON: String {
    escaped { scalar in
      String(scalar).utf16.map { unit in
        let digits = String(unit, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }.joined()
    }
  }

  private static let escape: Character = "\u{1B}"

  /// What follows an escape, as in `[31;1m`.
  private static func choosesColour(_ text: String) -> Bool {
    guard text.first == "[", let end = text.firstIndex(of: "m") else { return false }
    return text[text.index(after: text.startIndex)..<end].allSatisfy { "0123456789;".contains($0) }
  }

  private func escaped(_ words: (Unicode.Scalar) -> String) -> String {
    guard unicodeScalars.contains(where: Self.isHidden) else { return self }
    var text = ""
    for scalar in unicodeScalars {
      if Self.isHidden(scalar) { text += words(scalar) } else { text.unicodeScalars.append(scalar) }
    }
    return text
  }

  /// Controls, separators of lines, and marks that turn the direction of writing.
  private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    default:
      (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
        || [0x061C, 0x200E, 0x200F].contains(scalar.value)
    }
  }
}
