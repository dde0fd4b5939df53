import ArgumentParser
import CloudAPI
import CloudProtocol
import DoorRules
import Foundation
import GRDB
import HostLinux
import WiegandCodec

/// Many people and credentials at once.
struct ImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Import people and credentials from a file, all or none.",
    discussion: """
      One JSON object a line, each one of
        {"person": "ada", "enabled": true}
        {"person": "ada", "card": "H10301:12:345", "id": "key-1", "doors": ["front"]}
        {"person": "ben", "pin": "471100", "id": "key-2", "validUntil": 1798761600, "usesMax": 1}
        {"revoke": "key-1"}
      A card or pin may have id, doors, scopes, validFrom, validUntil (seconds since 1970), usesMax,
      className, reservationID, tenantID and duress; without doors and scopes it is for every door.
      A member of another name is refused, and so is one that is there twice, or an id.

      A person that is not there yet is added; a credential of a known id is replaced. One that was
      revoked stays so, unless --revive is given. A card or PIN that somebody else has at the same
      door and time, once all lines are in, is refused. What a spreadsheet did to a file is refused
      with line and column. If a line is wrong, nothing is imported.
      """)

  /// The most lines of one file.
  static let linesMax = 1_000_000
  /// The most lines that are wrong and told; the others are counted.
  static let problemsMax = 100

  @OptionGroup var state: StateOptions
  @OptionGroup var formats: FormatOptions
  @Flag(help: "Make credentials active again that were revoked.") var revive = false
  @Argument(help: "The controller's id.") var controller: String
  @Argument(help: "The file.") var file: String

  func run() async throws {
    try importLines(in: try await formats.table())
  }

  private func importLines(in table: FormatTable) throws {
    let text: String
    do { text = try TextFile.read(file) } catch { throw CloudProblem("\(error)") }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
      .filter { !$0.element.allSatisfy(\.isWhitespace) }
    guard lines.count <= Self.linesMax else {
      throw CloudProblem("\(file) has \(lines.count) lines, at most \(Self.linesMax)")
    }
    let store = try state.store()
    let digester = try store.controllers.digester(of: controller)
    try store.database.write { database in
      let intake = ImportIntake(
        controller: controller, digester: digester, formats: table, revives: revive,
        places: try KnownPlaces(at: [controller], database), database: database)
      var names = ImportNames()
      try read(lines) { words, line in
        let entry = try ImportEntry(words)
        try names.note(entry, line: line)
        try entry.check()
        try intake.take(entry)
      }
      // Only now: a later line may take a card from its holder.
      try read(lines) { words, _ in try intake.refuseClash(try ImportEntry(words)) }
    }
    Output.line("\(lines.count) lines are imported for \(controller)")
  }
}

extension ImportCommand {
  /// Goes through the lines. Throws with each that is wrong.
  private func read(
    _ lines: [EnumeratedSequence<[Substring]>.Element], _ take: (Substring, Int) throws -> Void
  ) throws {
    var problems: [String] = []
    var count = 0
    for (index, words) in lines {
      do { try take(words, index + 1) } catch let error as DatabaseError {
        // It is about the cloud, and would be told of each line.
        throw error
      } catch {
        count += 1
        guard count <= Self.problemsMax else { continue }
        let place = ImportLine.column(of: error, in: words).map { ", column \($0)" } ?? ""
        problems.append("\(file), line \(index + 1)\(place): \(error)")
      }
    }
    if count > problems.count {
      problems.append("\(count - problems.count) more lines are wrong")
    }
    guard count == 0 else {
      throw CloudProblem("\(problems.joined(separator: "\n"))\nnothing was imported")
    }
  }
}

/// What the lines of a file are about, each with its line: of two lines about one thing the later
/// one would hide the other.
private struct ImportNames {
  private var keys: [String: Int] = [:]
  private var people: [String: Int] = [:]

  mutating func note(_ entry: ImportEntry, line: Int) throws {
    if let id = entry.key.id ?? entry.revoke, let first = keys.updateValue(line, forKey: id) {
      throw ValidationFailure(
        path: entry.revoke == nil ? "id" : "revoke",
        message: "\(id) is in line \(first) already; an id stands in one line of a file")
    }
    if let person = entry.person, entry.enabled != nil,
      let first = people.updateValue(line, forKey: person)
    {
      throw ValidationFailure(
        path: "enabled", message: "line \(first) says already whether \(person) is enabled")
    }
  }
}

/// Stores what the lines say, in one transaction.
private struct ImportIntake {
  let controller: String
  let digester: CredentialDigester
  let formats: FormatTable
  /// Whether revoked credentials become active again.
  let revives: Bool
  let places: KnownPlaces
  let database: Database

  func take(_ entry: ImportEntry) throws {
    if let id = entry.revoke { return try CredentialTable.revoke(id, database) }
    guard let person = entry.person else { return }
    let present = try PersonTable.find(person, database)
    if entry.enabled != nil || present == nil {
      // What else is known of the person stays, above all exclusions.
      var record = present ?? PersonRecord(id: person, accessEnabled: true)
      record.accessEnabled = entry.enabled ?? true
      _ = try record.validated(path: "person")
      try PersonTable.put(record, database)
    }
    let key = entry.key
    try places.check(doors: key.doors ?? [], scopes: key.scopes ?? [])
    guard let canonical = try canonical(of: key) else { return }
    let record = key.record(
      id: key.id ?? UUID().uuidString.lowercased(), person: person,
      digest: digester.digest(ofCanonical: canonical))
    _ = try record.validated(path: "credential")
    if !revives { try refuseRevival(of: record, named: key.id != nil) }
    try CredentialTable.put(record, at: controller, database)
  }

  /// The value of a line; nil for one about a person.
  private func canonical(of key: ImportedKey) throws -> Secret<String>? {
    if let card = key.card { return try CredentialValue.canonical(card: card, formats: formats) }
    return try key.pin.map { try CredentialValue.canonical(pin: $0) }
  }

  /// Throws for a card or PIN that somebody else has now.
  func refuseClash(_ entry: ImportEntry) throws {
    guard let person = entry.person, let canonical = try canonical(of: entry.key) else { return }
    let record = entry.key.record(
      id: entry.key.id ?? UUID().uuidString, person: person,
      digest: digester.digest(ofCanonical: canonical))
    let holders = ValueHolders(of: canonical, formats: formats)
    guard let clash = try CredentialTable.clash(of: record, holders, at: controller, database)
    else { return }
    throw ValidationFailure(path: record.kind, message: clash.description)
  }

  /// Throws for a credential that was revoked. A line without an id would bring the key back under a
  /// new one, so it is known by its value.
  private func refuseRevival(of record: CredentialRecord, named: Bool) throws {
    if named {
      guard try CredentialTable.find(record.id, database)?.record.status == "revoked" else {
        return
      }
      throw ValidationFailure(
        path: "credential.id",
        message: "\(record.id) was revoked; give the key another id, or --revive to open again")
    }
    let twins = try CredentialTable.credentials(of: record.digest, at: controller, database)
      .filter { $0.person == record.person }
    guard let revoked = twins.first(where: { $0.status == "revoked" }),
      !twins.contains(where: { $0.status == "active" })
    else { return }
    throw ValidationFailure(
      path: record.kind,
      message: "was revoked as \(revoked.id); give the key an id, or --revive to open again")
  }
}
