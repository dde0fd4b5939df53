import Foundation

/// Finds members that nobody reads, in JSON that a decoder has read already. It looks at each byte
/// once and makes nothing of values, so that a large message costs little.
package struct MemberScan {
  /// Most unknown members that are told; the others are not looked for.
  static let toldMax = 100

  private let json: [UInt8]
  /// Whether what is found is refused; otherwise it is ignored by those who read the values.
  private let isStrict: Bool
  private var position: Int
  /// The way to what is read, such as `credentials`, `[3]`.
  private var path: [Step] = []
  private var found: [Problem] = []

  private enum Step {
    case member(String)
    case index(Int)
  }

  /// The unknown members of `json`, by path, in their order.
  static func unknown(in json: [UInt8], shape: MemberShape) -> [Problem] {
    var scan = MemberScan(json: json, isStrict: false)
    scan.value(shape)
    return scan.found
  }

  /// Why `json` is to be refused, by path: unknown members, also null ones, and those that an object
  /// has twice, of which a decoder reads one and hides the other. At most ``toldMax``.
  package static func faults(in json: [UInt8], shape: MemberShape) -> [Problem] {
    var scan = MemberScan(json: json, isStrict: true)
    scan.value(shape)
    // A decoder also reads UTF-16 and a byte order mark, where the scan sees no members.
    guard scan.position == json.endIndex else {
      return [Problem(path: "", message: "is no JSON in UTF-8 without a byte order mark")]
    }
    return scan.found
  }

  private init(json: [UInt8], isStrict: Bool) {
    self.json = json
    self.isStrict = isStrict
    position = json.startIndex
  }

  private var byte: UInt8 { position < json.endIndex ? json[position] : 0 }

  private mutating func skipSpace() {
    while true {
      switch byte {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }

  /// A number, or one of the three words.
  private mutating func word() {
    while position < json.endIndex {
      switch byte {
      case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"): return
      default: position += 1
      }
    }
  }

  /// Reads one value.
  private mutating func value(_ shape: MemberShape) {
    skipSpace()
    switch byte {
    case UInt8(ascii: "{"): object(shape)
    case UInt8(ascii: "["): list(shape)
    case UInt8(ascii: "\""): _ = string()
    default: word()
    }
    skipSpace()
  }

  private mutating func object(_ shape: MemberShape) {
    position += 1
    skipSpace()
    var names: Set<String> = []
    while byte == UInt8(ascii: "\"") {
      let name = string()
      let isAgain = isStrict && !names.insert(name).inserted
      if isAgain { note(name, "is there twice") }
      skipSpace()
      position += 1
      skipSpace()
      switch shape {
      case .any, .list: unshaped(name)
      case .named(let member): member.map(name, &self)
      case .object(let members):
        if let member = members[name] {
          member.map(name, &self)
        } else {
          // Null is like an absent member, for whoever ignores it.
          if !isAgain, isStrict || byte != UInt8(ascii: "n") {
            note(name, unknown(name, among: members.keys))
          }
          unshaped(name)
        }
      }
      guard byte == UInt8(ascii: ",") else { break }
      position += 1
      skipSpace()
    }
    position += 1
  }

  /// A value whose members are not known; only a strict scan looks for something in it.
  private mutating func unshaped(_ name: String) {
    if isStrict { member(name, .any) } else { value(.any) }
  }

  fileprivate mutating func member(_ name: String, _ shape: MemberShape) {
    path.append(.member(name))
    value(shape)
    path.removeLast()
  }

  private mutating func list(_ shape: MemberShape) {
    var entry = MemberShape.any
    if case .list(let shape) = shape { entry = shape }
    position += 1
    skipSpace()
    var index = 0
    while position < json.endIndex, byte != UInt8(ascii: "]") {
      path.append(.index(index))
      value(entry)
      path.removeLast()
      index += 1
      guard byte == UInt8(ascii: ",") else { break }
      position += 1
    }
    position += 1
  }

  private mutating func string() -> String {
    let start = position
    position += 1
    var isPlain = true
    while position < json.endIndex, byte != UInt8(ascii: "\"") {
      if byte == UInt8(ascii: "\\") {
        isPlain = false
        position += 1
      }
      position += 1
    }
    position += 1
    let text = json[start..<min(position, json.endIndex)]
    if !isPlain, let decoded = try? JSONDecoder().decode(String.self, from: Data(text)) {
      return decoded
    }
    return String(decoding: text.dropFirst().dropLast(), as: UTF8.self)
  }

  private mutating func note(_ name: String, _ message: String) {
    guard found.count < Self.toldMax else { return }
    var text = ""
    for step in path + [.member(name)] {
      switch step {
      case .member(let name): text += text.isEmpty ? name : ".\(name)"
      case .index(let index): text += "[\(index)]"
      }
    }
    found.append(Problem(path: text, message: message).printable)
  }

  private func unknown(_ name: String, among names: some Sequence<String>) -> String {
    let known = names.sorted()
    let fault = isStrict ? "is no member here" : "is not known here and ignored"
    if let meant = known.first(where: { Self.isNear($0, name) }) {
      return "\(fault); is \(meant) meant?"
    }
    return isStrict ? "\(fault); there are \(known.joined(separator: ", "))" : fault
  }

  /// Whether two names differ by case, by one or two letters, or by two that changed places.
  private static func isNear(_ left: String, _ right: String) -> Bool {
    let left = Array(left.lowercased().utf8)
    let right = Array(right.lowercased().utf8)
    let most = min(left.count, right.count) > 4 ? 2 : 1
    guard abs(left.count - right.count) <= most, right.count <= 64 else { return false }
    var row = Array(0...right.count)
    for (index, letter) in left.enumerated() {
      var next = [index + 1]
      for (place, other) in right.enumerated() {
        next.append(
          min(row[place + 1] + 1, next[place] + 1, row[place] + (letter == other ? 0 : 1)))
      }
      row = next
    }
    return row[right.count] <= most
  }
}

extension MemberShape {
  /// Reads a member of this shape.
  fileprivate func map(_ name: String, _ scan: inout MemberScan) { scan.member(name, self) }
}

/// A message whose unknown members are told with its records.
protocol NotesUnknownMembers {
  /// By path; never sent on.
  var unknownMembers: [Problem] { get set }
}

extension CredentialDelta: NotesUnknownMembers {}
extension SnapshotChunk: NotesUnknownMembers {}
extension BucketRepair: NotesUnknownMembers {}
