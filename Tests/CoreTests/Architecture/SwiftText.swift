/// A Swift file's text, divided into code, comments and literals.
///
/// It understands what the sources use: nested comments, raw and multi-line literals,
/// interpolation, and regular expressions between slashes; no macros and no `#if`.
struct SwiftText {
  /// One comment or literal on one line; lines count from 1.
  struct Piece: Equatable {
    var line: Int
    var text: String
  }

  /// The lines without comments and without the text of literals. Interpolated code is code.
  private(set) var code: [String] = []
  /// Without the slashes and stars that mark them; a longer comment has a piece for each line.
  private(set) var comments: [Piece] = []
  /// Without quotes; `\()` stands for an interpolation. A longer literal has a piece for each line.
  private(set) var literals: [Piece] = []

  private let bytes: [UInt8]
  private var place = 0
  private var line: [UInt8] = []

  init(_ text: String) {
    bytes = Array(text.utf8)
    scanCode(isInterpolation: false)
    if !line.isEmpty { endLine() }
  }

  private mutating func endLine() {
    code.append(String(decoding: line, as: UTF8.self))
    line.removeAll(keepingCapacity: true)
  }

  private func isNext(_ text: StaticString, at place: Int) -> Bool {
    guard place + text.utf8CodeUnitCount <= bytes.count else { return false }
    for offset in 0..<text.utf8CodeUnitCount where bytes[place + offset] != text.utf8Start[offset] {
      return false
    }
    return true
  }

  /// Scans to the end of the text, or to the parenthesis that ends an interpolation.
  private mutating func scanCode(isInterpolation: Bool) {
    var depth = 0
    while place < bytes.count {
      let byte = bytes[place]
      switch byte {
      case UInt8(ascii: "\n"):
        endLine()
        place += 1
      case UInt8(ascii: "\""):
        scanLiteral(pounds: 0)
      case UInt8(ascii: "#"):
        let pounds = bytes[place...].prefix { $0 == UInt8(ascii: "#") }.count
        if isNext("\"", at: place + pounds) {
          place += pounds
          scanLiteral(pounds: pounds)
        } else if isNext("/", at: place + pounds) {
          place += pounds
          scanExpression(pounds: pounds)
        } else {
          emit(pounds)
        }
      case UInt8(ascii: "/"):
        if isNext("//", at: place) {
          scanLineComment()
        } else if isNext("/*", at: place) {
          scanBlockComment()
        } else if beginsExpression {
          scanExpression(pounds: 0)
        } else {
          emit(1)
        }
      case UInt8(ascii: "(") where isInterpolation:
        depth += 1
        emit(1)
      case UInt8(ascii: ")") where isInterpolation:
        if depth == 0 { return }
        depth -= 1
        emit(1)
      default:
        emit(1)
      }
    }
  }

  private mutating func emit(_ count: Int) {
    line += bytes[place..<place + count]
    place += count
  }

  private mutating func scanLineComment() {
    let text = bytes[place...].prefix { $0 != UInt8(ascii: "\n") }
    place += text.count
    comments.append(
      Piece(
        line: code.count + 1,
        text: String(decoding: text.drop { $0 == UInt8(ascii: "/") }, as: UTF8.self)))
  }

  private mutating func scanBlockComment() {
    var depth = 0
    var text: [UInt8] = []
    repeat {
      if isNext("/*", at: place) {
        depth += 1
        place += 2
      } else if isNext("*/", at: place) {
        depth -= 1
        place += 2
      } else if bytes[place] == UInt8(ascii: "\n") {
        comments.append(Piece(line: code.count + 1, text: String(decoding: text, as: UTF8.self)))
        text = []
        endLine()
        place += 1
      } else {
        text.append(bytes[place])
        place += 1
      }
    } while depth > 0 && place < bytes.count
    comments.append(Piece(line: code.count + 1, text: String(decoding: text, as: UTF8.self)))
  }

  private mutating func scanLiteral(pounds: Int) {
    let quotes = isNext("\"\"\"", at: place) && !(pounds == 0 && isEmptyLiteral) ? 3 : 1
    line.append(UInt8(ascii: "\""))
    place += quotes
    var text: [UInt8] = []
    while place < bytes.count {
      if ends(quotes: quotes, pounds: pounds) {
        place += quotes + pounds
        break
      }
      let escaped = place + 1 + pounds
      if bytes[place] == UInt8(ascii: "\\"), escaped < bytes.count,
        bytes[place + 1..<escaped].allSatisfy({ $0 == UInt8(ascii: "#") })
      {
        if bytes[escaped] == UInt8(ascii: "(") {
          place = escaped
          emit(1)
          scanCode(isInterpolation: true)
          text += Array("\\()".utf8)
          if place < bytes.count { emit(1) }
        } else {
          if bytes[escaped] == UInt8(ascii: "\n") { endLine() }
          text += bytes[place...escaped]
          place = escaped + 1
        }
      } else if bytes[place] == UInt8(ascii: "\n") {
        literals.append(Piece(line: code.count + 1, text: String(decoding: text, as: UTF8.self)))
        text = []
        endLine()
        place += 1
      } else {
        text.append(bytes[place])
        place += 1
      }
    }
    literals.append(Piece(line: code.count + 1, text: String(decoding: text, as: UTF8.self)))
    line.append(UInt8(ascii: "\""))
  }

  /// Three quotes begin a longer literal only at the end of a line.
  private var isEmptyLiteral: Bool {
    place + 3 < bytes.count && bytes[place + 3] != UInt8(ascii: "\n")
  }

  private func ends(quotes: Int, pounds: Int) -> Bool {
    let end = place + quotes + pounds
    guard bytes[place] == UInt8(ascii: "\""), end <= bytes.count else { return false }
    return bytes[place..<place + quotes].allSatisfy { $0 == UInt8(ascii: "\"") }
      && bytes[place + quotes..<end].allSatisfy { $0 == UInt8(ascii: "#") }
  }

  /// True if the slash here begins a regular expression: nothing before it could be a dividend, and
  /// another slash is on the line.
  private var beginsExpression: Bool {
    let before = line.last { $0 != UInt8(ascii: " ") }
    guard place + 1 < bytes.count, bytes[place + 1] != UInt8(ascii: " "),
      before == nil || "(,=:[{!&|".utf8.contains(before ?? 0)
    else { return false }
    return bytes[(place + 1)...].prefix { $0 != UInt8(ascii: "\n") }.contains(UInt8(ascii: "/"))
  }

  private mutating func scanExpression(pounds: Int) {
    line += Array("//".utf8)
    place += 1
    while place < bytes.count {
      let end = place + 1 + pounds
      if bytes[place] == UInt8(ascii: "/"), end <= bytes.count,
        bytes[place + 1..<end].allSatisfy({ $0 == UInt8(ascii: "#") })
      {
        place = end
        return
      }
      if bytes[place] == UInt8(ascii: "\\"), place + 1 < bytes.count { place += 1 }
      if bytes[place] == UInt8(ascii: "\n") { endLine() }
      place += 1
    }
  }
}
