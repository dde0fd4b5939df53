/// A long report goes in numbered parts, each of which fits into a message.
enum MessageParts {
  /// The least that a part may have, so that every entry fits.
  static let bytesMin = 8_192

  /// The entries in groups of at most so many bytes of JSON; one group if there are none. An entry has
  /// fewer bytes than a part.
  static func groups<Entry>(
    of entries: [Entry], bytesMax: Int, bytes: (Entry) -> Int
  ) -> [[Entry]] {
    var groups: [[Entry]] = [[]]
    var left = max(bytesMax, bytesMin)
    for entry in entries {
      let needed = bytes(entry) + 1
      if needed > left, groups[groups.count - 1].isEmpty == false {
        groups.append([])
        left = max(bytesMax, bytesMin)
      }
      groups[groups.count - 1].append(entry)
      left -= needed
    }
    return groups
  }
}

/// A report of a command's entries that may be too long for one message.
package protocol PartedReport {
  associatedtype Entry
  associatedtype CommandID: Equatable
  /// Of the command that asked.
  var commandID: CommandID { get }
  var entries: [Entry] { get set }
  /// From 1, of ``parts``.
  var part: Int? { get set }
  var parts: Int? { get set }
}

extension PartedReport {
  fileprivate func parts(of groups: [[Entry]]) -> [Self] {
    groups.enumerated().map { index, entries in
      var part = self
      part.entries = entries
      part.part = index + 1
      part.parts = groups.count
      return part
    }
  }

  /// All entries so far, for the cloud: `before` is what earlier parts gave. A part that came before
  /// changes nothing.
  package func joined(to before: Self?) -> Self {
    guard let part, part > 1, let before, before.commandID == commandID else { return self }
    guard before.part == part - 1 else { return before }
    var joined = self
    joined.entries = before.entries + entries
    return joined
  }
}

extension LogUpload: PartedReport {
  package var entries: [String] {
    get { lines }
    set { lines = newValue }
  }

  /// The same lines in parts of at most so many bytes.
  package func parts(bytesMax: Int) -> [LogUpload] {
    parts(
      of: MessageParts.groups(of: lines, bytesMax: bytesMax - 512) { JSONText.bytesBound(of: $0) })
  }
}

extension DiagnosisReport: PartedReport {
  package var entries: [Check] {
    get { checks }
    set { checks = newValue }
  }

  /// The same checks in parts of at most so many bytes.
  package func parts(bytesMax: Int) -> [DiagnosisReport] {
    parts(
      of: MessageParts.groups(of: checks, bytesMax: bytesMax - 1_024) { check in
        [check.id, check.group, check.outcome.rawValue, check.finding, check.advice ?? ""]
          .reduce(64) { $0 + JSONText.bytesBound(of: $1) }
      })
  }
}
