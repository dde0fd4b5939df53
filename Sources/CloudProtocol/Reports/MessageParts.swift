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

extension LogUpload {
  /// The same lines in parts of at most so many bytes.
  public func parts(bytesMax: Int) -> [LogUpload] {
    let groups = MessageParts.groups(of: lines, bytesMax: bytesMax - 512) {
      JSONText.bytesBound(of: $0)
    }
    return groups.enumerated().map { index, lines in
      var part = self
      part.lines = lines
      part.part = index + 1
      part.parts = groups.count
      return part
    }
  }
}

extension DiagnosisReport {
  /// The same checks in parts of at most so many bytes.
  public func parts(bytesMax: Int) -> [DiagnosisReport] {
    let groups = MessageParts.groups(of: checks, bytesMax: bytesMax - 1_024) { check in
      [check.id, check.group, check.outcome.rawValue, check.finding, check.advice ?? ""]
        .reduce(64) { $0 + JSONText.bytesBound(of: $1) }
    }
    return groups.enumerated().map { index, checks in
      var part = self
      part.checks = checks
      part.part = index + 1
      part.parts = groups.count
      return part
    }
  }
}

extension LogUpload {
  /// All lines so far, for the cloud: `before` is what earlier parts gave. A part that came before
  /// changes nothing.
  public func joined(to before: LogUpload?) -> LogUpload {
    guard let part, part > 1, let before, before.commandID == commandID else { return self }
    guard before.part == part - 1 else { return before }
    var joined = self
    joined.lines = before.lines + lines
    return joined
  }
}

extension DiagnosisReport {
  /// All checks so far, for the cloud: `before` is what earlier parts gave. A part that came before
  /// changes nothing.
  public func joined(to before: DiagnosisReport?) -> DiagnosisReport {
    guard let part, part > 1, let before, before.commandID == commandID else { return self }
    guard before.part == part - 1 else { return before }
    var joined = self
    joined.checks = before.checks + checks
    return joined
  }
}
