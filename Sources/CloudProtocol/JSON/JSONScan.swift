import Foundation

/// Walks through JSON text without making anything of its values, looks at each byte once, and finds
/// what two readers of one text may read differently: a member that an object has twice, text in an
/// other encoding than UTF-8, and nesting that some refuse. It calls nothing again for what is nested,
/// so that no text can make it deep, and whoever decodes what it passed is not made deep either.
package struct JSONScan {
  /// Deepest nesting of arrays and objects.
  package static let depthMax = 16
  /// Most repeated members that are told; the others are not looked for.
  package static let repeatedMax = 20
  /// Names of one object that are compared one by one; beyond them a set is made.
  private static let comparedMost = 24

  /// What comes next in the text.
  enum Token {
    case object, list, close
    /// A name; its value comes next.
    case member(isRepeated: Bool)
    /// A string, a number or one of the three words.
    case scalar
    /// An object or a list below ``depthMax``, which was passed over.
    case tooDeep
    case end
    /// No JSON in UTF-8.
    case unreadable
  }

  private enum Expected {
    case value, firstEntry, firstMember, more, nothing
  }

  /// An object or a list that has not ended.
  private struct Container {
    var isList: Bool
    /// Where its names begin in `names`.
    var firstName: Int
    /// The place in a list.
    var index = 0
    /// The names of an object that has many.
    var crowd: Set<[UInt8]>?
  }

  /// The name of a member, as text or, where it is plain, as its place in the JSON.
  private struct Name {
    var start: Int
    var end: Int
    var hash: UInt64
    var written: [UInt8]?
  }

  private let json: [UInt8]
  private let findsRepeated: Bool
  private(set) var position = 0
  /// Where the first number, word or text begins, or stands wrong, that no decoder takes; nil for
  /// none. The scan goes on: what else a message says is still to be found.
  private(set) var faultPosition: Int?
  private var expected = Expected.value
  private var containers: [Container] = []
  private var names: [Name] = []

  /// Without `findsRepeated` no member counts as repeated.
  init(_ json: [UInt8], findsRepeated: Bool = true) {
    self.json = json
    self.findsRepeated = findsRepeated
  }

  /// How many objects and lists have not ended.
  var depth: Int { containers.count }

  /// Whether what was opened last began in a list.
  var isInList: Bool { containers.count > 1 && containers[containers.count - 2].isList }

  /// The next token. After the last it stays with it.
  mutating func next() -> Token {
    skipSpace()
    switch expected {
    case .value: return value()
    case .firstEntry: return byte == UInt8(ascii: "]") ? close() : value()
    case .firstMember: return byte == UInt8(ascii: "}") ? close() : member()
    case .more: return more()
    case .nothing: return .unreadable
    }
  }

  /// Whether the value that comes next is `null`.
  mutating func comesNull() -> Bool {
    skipSpace()
    return byte == UInt8(ascii: "n")
  }

  /// The name that was read last, without its escapes.
  var name: String {
    names.last.map { String(decoding: key(of: $0), as: UTF8.self) } ?? ""
  }

  /// The way to the member or value that was read last, such as `doors[1].name`.
  var path: String {
    var text = ""
    for (place, container) in containers.enumerated() {
      if container.isList {
        text += "[\(container.index)]"
      } else {
        let end = place + 1 < containers.count ? containers[place + 1].firstName : names.endIndex
        guard end > container.firstName else { continue }
        let name = String(decoding: key(of: names[end - 1]), as: UTF8.self)
        text += text.isEmpty ? name : ".\(name)"
      }
    }
    return text
  }

  /// Where the scan is, for a person.
  var place: String { place(of: position) }

  /// Where a byte is, for a person.
  func place(of position: Int) -> String {
    let before = json[..<min(position, json.endIndex)]
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    return "line \(line), byte \(before.endIndex - start + 1)"
  }

  // MARK: Structure

  /// 0 at the end, which is nowhere allowed.
  private var byte: UInt8 { position < json.endIndex ? json[position] : 0 }

  private mutating func skipSpace() {
    while true {
      switch byte {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }

  private mutating func unreadable() -> Token {
    expected = .nothing
    return .unreadable
  }

  private mutating func value() -> Token {
    switch byte {
    case UInt8(ascii: "{"): return open(isList: false)
    case UInt8(ascii: "["): return open(isList: true)
    case UInt8(ascii: "\""):
      guard skipString() else { return unreadable() }
    default:
      let start = position
      skipWord()
      guard position > start else { return unreadable() }
      if !JSONWord.isOne(json[start..<position]) { noteFault(at: start) }
    }
    expected = .more
    return .scalar
  }

  private mutating func open(isList: Bool) -> Token {
    guard containers.count < Self.depthMax else {
      guard skipDeep() else { return unreadable() }
      expected = .more
      return .tooDeep
    }
    position += 1
    containers.append(Container(isList: isList, firstName: names.endIndex))
    expected = isList ? .firstEntry : .firstMember
    return isList ? .list : .object
  }

  private mutating func close() -> Token {
    position += 1
    if let container = containers.popLast() {
      names.removeSubrange(container.firstName...)
    }
    expected = .more
    return .close
  }

  private mutating func more() -> Token {
    guard let last = containers.indices.last else {
      return position == json.endIndex ? .end : unreadable()
    }
    let isList = containers[last].isList
    switch byte {
    case UInt8(ascii: ","):
      position += 1
      skipSpace()
      guard isList else { return member() }
      containers[last].index += 1
      return value()
    case UInt8(ascii: "]") where isList, UInt8(ascii: "}") where !isList: return close()
    default: return unreadable()
    }
  }

  private mutating func member() -> Token {
    guard byte == UInt8(ascii: "\""), let name = readName() else { return unreadable() }
    skipSpace()
    guard byte == UInt8(ascii: ":") else { return unreadable() }
    position += 1
    expected = .value
    let isRepeated = findsRepeated && isThere(name)
    names.append(name)
    return .member(isRepeated: isRepeated)
  }

  // MARK: Text

  private mutating func noteFault(at place: Int) { faultPosition = faultPosition ?? place }

  /// What looks like a number or a word.
  private mutating func skipWord() {
    while true {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "+"), UInt8(ascii: "-"),
        UInt8(ascii: "."):
        position += 1
      default: return
      }
    }
  }

  /// False for a string that has no end.
  private mutating func skipString() -> Bool {
    position += 1
    while position < json.endIndex {
      switch json[position] {
      case UInt8(ascii: "\""):
        position += 1
        return true
      case UInt8(ascii: "\\"): skipEscape()
      case 0..<0x20:
        noteFault(at: position)
        position += 1
      default: position += 1
      }
    }
    return false
  }

  /// Passes over an escape, and the second half of a character with it.
  private mutating func skipEscape() {
    let rest = json[position...].prefix(12)
    let length = EscapedText.length(ofEscapeIn: rest)
    if length == nil { noteFault(at: position) }
    position += length ?? 2
  }

  /// Passes over an object or a list by its brackets. False for one that has no end.
  private mutating func skipDeep() -> Bool {
    var depth = 0
    while position < json.endIndex {
      switch json[position] {
      case UInt8(ascii: "\""):
        guard skipString() else { return false }
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      default: break
      }
      position += 1
      if depth == 0 { return true }
    }
    return false
  }

  /// Nil for a string that has no end.
  private mutating func readName() -> Name? {
    let start = position + 1
    position = start
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    var isPlain = true
    while position < json.endIndex {
      let byte = json[position]
      if byte == UInt8(ascii: "\"") {
        let end = position
        position += 1
        guard !isPlain else { return Name(start: start, end: end, hash: hash) }
        let written = EscapedText.canonical(json[start..<end])
        return Name(
          start: start, end: end, hash: written.reduce(0xCBF2_9CE4_8422_2325, Self.mix),
          written: written)
      }
      if byte == UInt8(ascii: "\\") {
        isPlain = false
        // Only the last byte of it is left.
        skipEscape()
        position = min(position, json.endIndex) - 1
      } else if byte < 0x20 {
        noteFault(at: position)
      } else if byte >= 0x80 {
        isPlain = false
      }
      hash = Self.mix(hash, byte)
      position += 1
    }
    return nil
  }

  /// FNV-1a; only quick, since few names are compared by it.
  private static func mix(_ hash: UInt64, _ byte: UInt8) -> UInt64 {
    (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
  }

  // MARK: Names

  private func key(of name: Name) -> ArraySlice<UInt8> {
    name.written.map { $0[...] } ?? json[name.start..<name.end]
  }

  /// Whether the innermost object has a name already.
  private mutating func isThere(_ name: Name) -> Bool {
    guard let last = containers.indices.last else { return false }
    let first = containers[last].firstName
    guard names.endIndex - first >= Self.comparedMost else {
      return names[first...].contains { isSame($0, name) }
    }
    if containers[last].crowd == nil {
      containers[last].crowd = Set(names[first...].map { Array(key(of: $0)) })
    }
    let text = Array(key(of: name))
    return containers[last].crowd?.insert(text).inserted == false
  }

  private func isSame(_ left: Name, _ right: Name) -> Bool {
    left.hash == right.hash && key(of: left) == key(of: right)
  }
}
