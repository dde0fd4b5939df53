/// Unknown keys and variables: most likely typing errors.
extension SettingsReader {
  /// The most unknown keys that are reported one by one; the rest is counted.
  static let slipsShownMax = 20
  /// The most edits between a typing error and the suggestion.
  static let editsMax = 3
  /// Variables with the prefix that are not the daemon's.
  static let foreignVariables: Set<String> = ["POSTERN_SOCKET"]

  /// Notes every unknown key of the file and every unknown variable.
  mutating func noteSlips() {
    var strangers: Set<String> = []
    var slips: [(path: String, message: String)] = []
    for leaf in document.leaves where !known.contains(leaf.path) {
      let place = leaf.place.map { " (\($0))" } ?? ""
      if let stranger = stranger(leaf.path) {
        guard strangers.insert(stranger.path).inserted else { continue }
        slips.append((stranger.path, stranger.message + place))
      } else if known.contains(where: { $0.hasPrefix(leaf.path + ".") }) {
        guard leaf.shape != .nothing else { continue }
        slips.append((leaf.path, "has settings of its own and takes no value\(place)"))
      } else {
        slips.append((leaf.path, "is not a setting\(hint(leaf.path, among: known))\(place)"))
      }
    }
    let names = knownVariables
    for name in variables.keys.sorted()
    where !names.contains(name) && !Self.foreignVariables.contains(name) {
      slips.append((name, "is a variable for no setting\(hint(name, among: names))"))
    }
    for slip in slips.prefix(Self.slipsShownMax) { note(slip.path, slip.message) }
    if slips.count > Self.slipsShownMax {
      note("", "and \(slips.count - Self.slipsShownMax) more unknown settings")
    }
  }

  /// A door, reader or format that is described but not in the list of names.
  private func stranger(_ path: String) -> (path: String, message: String)? {
    let sections = [
      ("door", "doors", context.doorNames), ("reader", "readers", context.readerNames),
      ("format", "formats", context.formatNames),
    ]
    for (section, list, names) in sections {
      let parts = path.split(separator: ".", maxSplits: 2)
      guard parts.count > 1, parts[0] == section else { continue }
      guard !names.contains(where: { "\(path).".hasPrefix("\(section).\($0).") }) else { continue }
      return ("\(section).\(parts[1])", "is not named in `\(list)`")
    }
    return nil
  }

  private func hint(_ word: String, among words: Set<String>) -> String {
    let near = words.map { (edits: Self.edits(from: $0, to: word), word: $0) }.min { $0 < $1 }
    guard let near, near.edits <= Self.editsMax else { return "" }
    return "; did you mean \(near.word)?"
  }

  /// The least number of edits from one word to the other (Levenshtein's distance).
  static func edits(from left: String, to right: String) -> Int {
    let left = Array(left.utf8)
    let right = Array(right.utf8)
    // The difference in length alone is too much.
    guard abs(left.count - right.count) <= editsMax else { return editsMax + 1 }
    var row = Array(0...right.count)
    for (i, a) in left.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, b) in right.enumerated() {
        let cost = min(row[j] + 1, row[j + 1] + 1, diagonal + (a == b ? 0 : 1))
        diagonal = row[j + 1]
        row[j + 1] = cost
      }
    }
    return row[right.count]
  }
}
