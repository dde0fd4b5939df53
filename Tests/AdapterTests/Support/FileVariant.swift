/// Ways in which people save one text.
enum FileVariant: CaseIterable, Sendable {
  case plain, mark, crlf, noLineEnd, blankLines, everything

  /// `text` has lines that end with "\n".
  func bytes(of text: String) -> [UInt8] {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    func crlf(_ text: String) -> [UInt8] {
      text.utf8.flatMap { $0 == 10 ? [13, 10] : [$0] }
    }
    return switch self {
    case .plain: Array(text.utf8)
    case .mark: mark + text.utf8
    case .crlf: crlf(text)
    case .noLineEnd: Array(text.utf8.dropLast())
    case .blankLines: Array((text + "\n\n").utf8)
    case .everything: mark + crlf(text + "\n\n")
    }
  }
}
