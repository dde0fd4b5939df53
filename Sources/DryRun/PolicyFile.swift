import CloudProtocol
import DoorRules
import Foundation
import HostLinux

/// A facility with its people, as a file for `dry-run access`:
/// `{"configuration": …, "persons": […], "credentials": […]}`, in the format of the protocol, except
/// that a credential needs no digest and may have the number of its uses.
struct PolicyFile {
  let policy: PolicySnapshot
  let persons: [PersonID: Person]
  let credentials: [CredentialID: CredentialHolder]
  let credentialsOfPerson: [PersonID: [CredentialHolder]]

  private struct Document: Decodable {
    var configuration: ConfigurationDocument
    var persons: [PersonRecord]?
    var credentials: [CredentialLine]?
  }

  /// A credential of the file.
  private struct CredentialLine: Decodable {
    struct Use: Decodable {
      var count: Int
      /// Seconds since 1970.
      var first: Int64?
      var last: Int64?
    }

    var id: String
    var kind: String
    var person: String
    var status: String?
    var validFrom: Int64?
    var validUntil: Int64?
    var doors: [String]?
    var scopes: [String]?
    var className: String?
    var usesMax: Int?
    var validSecondsFromFirstUse: Int64?
    var device: String?
    var issue: Int64?
    var unusedDays: Int?
    var lastUsed: Int64?
    var use: Use?
  }

  /// Throws every problem of the file, by path.
  init(contentsOf path: String) throws {
    guard let bytes = FileManager.default.contents(atPath: path) else {
      throw DryRunFailure("\(path) cannot be read")
    }
    try self.init(bytes, of: path)
  }

  /// The same for bytes that were read from `path`.
  init(_ bytes: Data, of path: String) throws {
    let document: Document
    let text: [UInt8]
    do throws(WrittenTextProblem) {
      text = try WrittenText.normalise(Array(bytes), lines: .doNotMatter)
    } catch {
      throw DryRunFailure("\(path): \(error)")
    }
    if let repeated = JSONFaults(in: text).repeated.first {
      throw DryRunFailure("\(path): \(repeated)")
    }
    do { document = try JSONDecoder().decode(Document.self, from: Data(text)) } catch {
      throw DryRunFailure("\(path): \(ValidationFailure(decoding: error))")
    }
    let zones = SystemZones()
    do {
      policy = try document.configuration.validated(zones: { (try? zones.zone(named: $0))?.rules })
      persons = try Self.read(document.persons ?? [])
      credentials = try Self.read(document.credentials ?? [], persons)
    } catch let failure as ValidationFailure {
      throw DryRunFailure("\(path):\n\(failure)")
    }
    credentialsOfPerson = Dictionary(
      credentials.values.map { ($0.person.id, [$0]) }, uniquingKeysWith: +)
  }

  private static func read(_ records: [PersonRecord]) throws -> [PersonID: Person] {
    var persons: [PersonID: Person] = [:]
    for (index, record) in records.enumerated() {
      let person = try record.validated(path: "persons[\(index)]")
      guard persons.updateValue(person, forKey: person.id) == nil else {
        throw ValidationFailure(
          path: "persons[\(index)].id", message: "\(person.id) occurs twice")
      }
    }
    return persons
  }

  private static func read(
    _ lines: [CredentialLine], _ persons: [PersonID: Person]
  ) throws -> [CredentialID: CredentialHolder] {
    guard let digest = CredentialDigest(bytes: Array(repeating: 0, count: 32)) else { return [:] }
    var holders: [CredentialID: CredentialHolder] = [:]
    for (index, line) in lines.enumerated() {
      let path = "credentials[\(index)]"
      let credential = try CredentialRecord(
        id: line.id, kind: line.kind, person: line.person, status: line.status ?? "active",
        digest: digest, validFrom: line.validFrom, validUntil: line.validUntil,
        doors: line.doors ?? [], scopes: line.scopes ?? [], className: line.className,
        usesMax: line.usesMax, validSecondsFromFirstUse: line.validSecondsFromFirstUse,
        device: line.device, issue: line.issue, unusedDays: line.unusedDays,
        lastUsed: line.lastUsed
      ).validated(path: path)
      guard let person = persons[credential.person] else {
        throw ValidationFailure(
          path: "\(path).person", message: "there is no person \(credential.person)")
      }
      let use = CredentialUse(
        count: line.use?.count ?? 0,
        first: line.use?.first.map(WallInstant.init(secondsSince1970:)),
        last: line.use?.last.map(WallInstant.init(secondsSince1970:)))
      // As with the card that was given out.
      let holder = CredentialHolder(
        credential: credential, person: person, use: use, issue: credential.issue)
      guard holders.updateValue(holder, forKey: credential.id) == nil else {
        throw ValidationFailure(path: "\(path).id", message: "\(credential.id) occurs twice")
      }
    }
    return holders
  }
}
