import DoorRules

/// Parts the records of a message into those that can be applied and those that are refused. One
/// bad record stops no other, and no half of it is taken.
struct RecordSieve {
  /// Of the configuration in force; nil gives no warnings.
  let words: PolicyWords?
  let unreadable: [UnreadableRecord]
  /// Members that nobody here knows, by path.
  let unknown: [Problem]
  /// Stands before each path.
  var below = ""
  /// The buckets that the records must be in; nil for any.
  var buckets: Set<Int>?
  private var notes = RecordNotes()

  init(
    words: PolicyWords?, unreadable: [UnreadableRecord], unknown: [Problem] = [],
    below: String = "", buckets: Set<Int>? = nil
  ) {
    self.words = words
    self.unreadable = unreadable
    self.unknown = unknown
    self.below = below
    self.buckets = buckets
  }

  /// The ids of a list that a record can have. One that none can have is told: there is nothing
  /// here that it could remove.
  mutating func ids(_ texts: [String], _ list: String, _ kind: RefusedRecord.Kind) -> [String] {
    let missing = unreadable.filter { $0.list == list }
    for entry in missing { refuse(entry, kind) }
    var sound: [String] = []
    for (index, text) in Self.places(of: texts, without: missing) {
      if kind.isID(text) {
        sound.append(text)
      } else {
        let path = "\(below)\(list)[\(index)]"
        let problem = Problem(path: path, message: "is no id: \(PersonID.grammar)")
        refuse("\(list)[\(index)]", kind, id: nil, [problem], stops: false)
      }
    }
    return sound
  }

  /// The records that can be applied, with everything noted so far.
  mutating func sift(
    _ persons: [PersonRecord], _ credentials: [CredentialRecord], removedPersons: [String] = [],
    removedCredentials: [String] = []
  ) -> SoundRecords {
    var sound = SoundRecords()
    let people = sift(persons, removed: removedPersons)
    sound.persons = people.map(\.record)
    sound.personPlaces = people.map(\.place)
    let taken = sift(credentials, removed: removedCredentials)
    sound.credentials = taken.map(\.record)
    sound.credentialPlaces = taken.map(\.place)
    notes.warnings += unknown.filter { problem in
      !(["persons[", "credentials["].contains { problem.path.hasPrefix($0) })
    }.map { RecordWarning(path: below + $0.path, message: $0.message) }
    sound.notes = notes
    return sound
  }

  private mutating func sift<Record: SiftedRecord>(
    _ records: [Record], removed: [String]
  ) -> [(place: Int, record: Record)] {
    let missing = unreadable.filter { $0.list == Record.list }
    let removed = Set(removed.map { Array($0.utf8) })
    let ambiguous = Self.ambiguous(records, missing)
    let strange = unknown.filter { $0.path.hasPrefix("\(Record.list)[") }
    var taken: Set<[UInt8]> = []
    var sound: [(place: Int, record: Record)] = []
    for (index, record) in Self.places(of: records, without: missing) {
      let path = "\(below)\(Record.list)[\(index)]"
      let id = Array(record.id.utf8)
      var reader = DocumentReader()
      record.check(&reader, path)
      if index >= CredentialDelta.recordsMax {
        reader.note(path, "is beyond the \(CredentialDelta.recordsMax) entries of a message")
      }
      if ambiguous.contains(id) {
        reader.note("\(path).id", "\(record.id) is listed more than once, and not the same")
      }
      if removed.contains(id) {
        reader.note("\(path).id", "\(record.id) is removed by the same message")
      }
      if let buckets, !buckets.contains(RecordSetDigest.bucket(of: record.id)) {
        reader.note("\(path).id", "belongs in none of the buckets")
      }
      guard reader.problems.isEmpty else {
        refuse(
          "\(Record.list)[\(index)]", Record.kind, id: record.id, reader.problems,
          stops: record.saysStop)
        continue
      }
      guard taken.insert(id).inserted else { continue }
      sound.append((index, record))
      if let words { notes.warnings += record.warnings(knowing: words, path) }
      guard !strange.isEmpty else { continue }
      notes.warnings += strange.filter { $0.path.hasPrefix("\(Record.list)[\(index)].") }
        .map { RecordWarning(path: below + $0.path, id: record.id, message: $0.message) }
    }
    for entry in missing { refuse(entry, Record.kind) }
    return sound
  }

  private mutating func refuse(_ entry: UnreadableRecord, _ kind: RefusedRecord.Kind) {
    let place = "\(entry.list)[\(entry.index)]"
    let path = below + place
    let problems = entry.problems.map {
      Problem(path: $0.path.isEmpty ? path : "\(path).\($0.path)", message: $0.message)
    }
    refuse(place, kind, id: entry.id, problems, stops: entry.stops)
  }

  private mutating func refuse(
    _ place: String, _ kind: RefusedRecord.Kind, id: String?, _ problems: [Problem], stops: Bool
  ) {
    let isTold = notes.refused.count < RefusedRecord.toldMax
    let told = isTold ? problems.prefix(RefusedRecord.problemsMax).map(\.printable) : []
    notes.refused.append(
      RefusedRecord(
        path: below + place, kind: kind, id: id.flatMap { kind.isID($0) ? $0 : nil },
        problems: told, stops: stops ? true : nil))
  }

  /// Each entry with its place in the list as it was sent.
  private static func places<Entry>(
    of entries: [Entry], without missing: [UnreadableRecord]
  ) -> [(Int, Entry)] {
    let gaps = Set(missing.map(\.index))
    var place = -1
    return entries.map { entry in
      repeat { place += 1 } while gaps.contains(place)
      return (place, entry)
    }
  }

  /// Ids that are listed with different content: nobody can tell which one was meant.
  private static func ambiguous<Record: SiftedRecord>(
    _ records: [Record], _ missing: [UnreadableRecord]
  ) -> Set<[UInt8]> {
    var first: [[UInt8]: Record] = [:]
    var found: Set<[UInt8]> = []
    for record in records {
      let id = Array(record.id.utf8)
      if let other = first[id] {
        if other != record { found.insert(id) }
      } else {
        first[id] = record
      }
    }
    for case let id? in missing.map(\.id) where first[Array(id.utf8)] != nil {
      found.insert(Array(id.utf8))
    }
    return found
  }
}

extension RefusedRecord.Kind {
  func isID(_ text: String) -> Bool {
    switch self {
    case .person: PersonID(text) != nil
    case .credential: CredentialID(text) != nil
    }
  }
}

extension PolicyWords {
  /// Whether any of these is known.
  fileprivate func knows(doors: [String], scopes: [String]) -> Bool {
    doors.contains { DoorID($0).map(self.doors.contains) ?? false }
      || scopes.contains { ScopeID($0).map { reach.scopes[$0] != nil } ?? false }
  }
}

/// A record that the sieve knows how to read.
private protocol SiftedRecord: Equatable {
  static var list: String { get }
  static var kind: RefusedRecord.Kind { get }
  var id: String { get }
  /// It says that it no longer opens.
  var saysStop: Bool { get }
  /// Notes what is wrong with it.
  func check(_ reader: inout DocumentReader, _ path: String)
  func warnings(knowing words: PolicyWords, _ path: String) -> [RecordWarning]
}

extension PersonRecord: SiftedRecord {
  fileprivate static var list: String { "persons" }
  fileprivate static var kind: RefusedRecord.Kind { .person }
  fileprivate var saysStop: Bool {
    !accessEnabled || exclusions?.contains { $0.isEverywhereForGood } == true
  }

  fileprivate func check(_ reader: inout DocumentReader, _ path: String) {
    _ = read(&reader, path)
  }

  fileprivate func warnings(knowing words: PolicyWords, _ path: String) -> [RecordWarning] {
    var warnings: [RecordWarning] = []
    if !words.statuses.contains(membershipStatus) {
      let known = words.statuses.sorted().joined(separator: ", ")
      warnings.append(
        RecordWarning(
          path: "\(path).membershipStatus", id: id,
          message: "\"\(membershipStatus)\" is none of \(known): no rule here lets this person in"))
    }
    for (index, grant) in grants.enumerated() where !grant.facilityWide {
      if !words.knows(doors: grant.doors, scopes: grant.groups) {
        warnings.append(
          RecordWarning(
            path: "\(path).grants[\(index)]", id: id,
            message: "none of its doors and groups is known here: it lets nobody in"))
      }
    }
    for (index, exclusion) in (exclusions ?? []).enumerated() where exclusion.facilityWide != true {
      if !words.knows(doors: exclusion.doors ?? [], scopes: exclusion.groups ?? []) {
        warnings.append(
          RecordWarning(
            path: "\(path).exclusions[\(index)]", id: id,
            message: "none of its doors and groups is known here: it denies nothing"))
      }
    }
    return warnings
  }
}

extension CredentialRecord: SiftedRecord {
  fileprivate static var list: String { "credentials" }
  fileprivate static var kind: RefusedRecord.Kind { .credential }
  fileprivate var saysStop: Bool { status != "active" }

  fileprivate func check(_ reader: inout DocumentReader, _ path: String) {
    _ = read(&reader, path)
    // Only what comes from the cloud now: an earlier version took nothing for everywhere.
    guard status == "active" else { return }
    let isWithoutPlace = doors.isEmpty && scopes.isEmpty
    if isWithoutPlace, everywhere != true {
      reader.note(
        "\(path).doors", "names no door and no scope; give its places, or everywhere true")
    }
    if !isWithoutPlace, everywhere == true {
      reader.note("\(path).everywhere", "is true although doors or scopes are named")
    }
  }

  fileprivate func warnings(knowing words: PolicyWords, _ path: String) -> [RecordWarning] {
    guard status == "active" else { return [] }
    var warnings: [RecordWarning] = []
    if let className, !words.classes.contains(className) {
      let known = words.classes.sorted().joined(separator: ", ")
      warnings.append(
        RecordWarning(
          path: "\(path).className", id: id,
          message: "\"\(className)\" is none of \(known): it is treated as standard"))
    }
    if let device, let here = words.controller, device != here.rawValue {
      warnings.append(
        RecordWarning(
          path: "\(path).device", id: id,
          message: "\"\(device)\" is another controller than \(here): it opens nothing here"))
    }
    if !(doors.isEmpty && scopes.isEmpty), !words.knows(doors: doors, scopes: scopes) {
      warnings.append(
        RecordWarning(
          path: doors.isEmpty ? "\(path).scopes" : "\(path).doors", id: id,
          message: "none of its doors and scopes is known here: it opens nothing"))
    }
    return warnings
  }
}
