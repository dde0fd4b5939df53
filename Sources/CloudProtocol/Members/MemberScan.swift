/// Finds members that nobody reads, in JSON that a decoder has read already or will read. It makes
/// nothing of values, so that a large message costs little.
package struct MemberScan {
  /// Most unknown members that are told; the others are not looked for.
  static let toldMax = 100

  private var scan: JSONScan
  /// Whether what is found is refused; otherwise it is ignored by those who read the values.
  private let isStrict: Bool
  private var found: [Problem] = []
  /// What the objects and lists that have not ended may hold.
  private var shapes: [MemberShape] = []
  /// Of the value that comes next, unless a list says it.
  private var coming: MemberShape

  /// The unknown members of `json`, by path, in their order.
  static func unknown(in json: [UInt8], shape: MemberShape) -> [Problem] {
    var scan = MemberScan(json, shape, isStrict: false)
    scan.run()
    return scan.found
  }

  /// Why `json` is to be refused, by path: unknown members, also null ones, and those that an object
  /// has twice, of which a decoder reads one and hides the other. At most ``toldMax``.
  package static func faults(in json: [UInt8], shape: MemberShape) -> [Problem] {
    var scan = MemberScan(json, shape, isStrict: true)
    scan.run()
    return scan.found
  }

  private init(_ json: [UInt8], _ shape: MemberShape, isStrict: Bool) {
    scan = JSONScan(json, findsRepeated: isStrict)
    coming = shape
    self.isStrict = isStrict
  }

  private mutating func run() {
    while true {
      switch scan.next() {
      case .object, .list: shapes.append(shapeOfValue)
      case .close:
        shapes.removeLast()
      case .member(let isRepeated): member(isRepeated)
      case .scalar: break
      case .tooDeep: if isStrict { note(.tooDeep(at: scan.path)) }
      case .end: return
      case .unreadable:
        if isStrict { found = [.unreadable(at: scan.place)] }
        return
      }
    }
  }

  /// Of an object or a list that begins.
  private var shapeOfValue: MemberShape {
    scan.isInList ? (shapes.last?.entry ?? .any) : coming
  }

  private mutating func member(_ isRepeated: Bool) {
    if isRepeated { note(.repeated(at: scan.path)) }
    switch shapes.last ?? .any {
    case .any, .list: coming = .any
    case .named(let member): coming = member
    case .object(let members):
      let name = scan.name
      if let member = members[name] {
        coming = member
        return
      }
      coming = .any
      // Null is like an absent member, for whoever ignores it.
      guard !isRepeated, isStrict || !scan.comesNull() else { return }
      note(Problem(path: scan.path, message: unknown(name, among: members.keys)).printable)
    }
  }

  private mutating func note(_ problem: Problem) {
    guard found.count < Self.toldMax else { return }
    found.append(problem)
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
  /// Of the entries of a list.
  fileprivate var entry: MemberShape {
    if case .list(let entry) = self { entry } else { .any }
  }
}

/// A message whose unknown members are told with its records.
protocol NotesUnknownMembers {
  /// By path; never sent on.
  var unknownMembers: [Problem] { get set }
}

extension CredentialDelta: NotesUnknownMembers {}
extension SnapshotChunk: NotesUnknownMembers {}
extension BucketRepair: NotesUnknownMembers {}
