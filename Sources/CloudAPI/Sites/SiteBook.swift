import CloudProtocol
import DoorRules

/// A door as platforms name it: `CONTROLLER:DOOR`.
struct DoorReference: Hashable, Comparable, CustomStringConvertible {
  var controller: String
  var door: String

  init(controller: String, door: String) {
    self.controller = controller
    self.door = door
  }

  init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, ControllerID(parts[0]) != nil, DoorID(parts[1]) != nil else {
      return nil
    }
    (controller, door) = (parts[0], parts[1])
  }

  var description: String { "\(controller):\(door)" }

  static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}

/// A scope as platforms name it: `SITE:SCOPE`.
struct ScopeReference: Hashable, CustomStringConvertible {
  var site: String
  var scope: String

  init?(_ text: String) {
    guard let split = text.lastIndex(of: ":") else { return nil }
    (site, scope) = (String(text[..<split]), String(text[text.index(after: split)...]))
    guard !site.isEmpty, ScopeID(scope) != nil else { return nil }
  }

  var description: String { "\(site):\(scope)" }
}

/// The controllers with their configurations, as sites and doors. A site is all controllers whose
/// configurations name the same facility. Only what is asked for is read, and once: a booking for one
/// door costs the same however many there are.
final class SiteBook {
  private let store: any PlatformTransaction
  /// Nil is for one that is not enrolled.
  private var known: [String: ControllerFacts?] = [:]
  private var bySite: [String: [ControllerFacts]] = [:]
  private var everything: [ControllerFacts]?
  /// Nil is for one whose configuration is not good.
  private var policies: [String: PolicySnapshot?] = [:]

  init(_ store: any PlatformTransaction) { self.store = store }

  /// Nil where it is not enrolled.
  func controller(_ id: String) throws -> ControllerFacts? {
    if let found = known[id] { return found }
    let found = try store.controller(id)
    known[id] = .some(found)
    return found
  }

  /// Every controller, by id.
  private func all() throws -> [ControllerFacts] {
    if let everything { return everything }
    let found = try store.controllers()
    for facts in found { known[facts.id] = facts }
    everything = found
    return found
  }

  /// The controllers of a site, by id; none where the site is not there.
  private func found(at site: String) throws -> [ControllerFacts] {
    if let found = bySite[site] { return found }
    let found = try store.controllers(of: site).sorted { $0.id < $1.id }
    bySite[site] = found
    for facts in found { known[facts.id] = facts }
    return found
  }

  /// By id.
  var sites: [String] {
    get throws { Set(try all().compactMap { $0.configuration?.facility.id }).sorted() }
  }

  func isThere(_ site: String) throws -> Bool { try !found(at: site).isEmpty }

  /// The controllers of a site, by id; throws for a site that is not there.
  func controllers(of site: String) throws -> [ControllerFacts] {
    let found = try found(at: site)
    guard !found.isEmpty else { throw APIProblem(.notFound, "there is no site \(site)") }
    return found
  }

  /// The controllers that have the scope with a door in it.
  func controllers(of reference: ScopeReference) throws -> [String] {
    try found(at: reference.site).filter { facts in
      facts.configuration?.scopes.contains { $0.id == reference.scope && !$0.doors.isEmpty } == true
    }.map(\.id)
  }

  /// Of one site, or of all.
  func doors(of site: String?) throws -> [DoorReference] {
    try (site.map { try found(at: $0) } ?? all()).flatMap { facts in
      (facts.configuration?.doors ?? []).map {
        DoorReference(controller: facts.id, door: $0.id)
      }
    }.sorted()
  }

  func door(_ reference: DoorReference) throws -> (facts: ControllerFacts, door: DoorDocument)? {
    guard let facts = try controller(reference.controller), let door = facts.door(reference)
    else { return nil }
    return (facts, door)
  }

  /// The doors that a credential names at a controller, by itself or in a scope.
  func doors(of record: CredentialRecord, at controller: String) throws -> [String] {
    let scopes = try reach(of: controller).scopes
    return Set(record.doors).union(
      record.scopes.compactMap(ScopeID.init).flatMap { scopes[$0] ?? [] }.map(\.rawValue)
    ).sorted()
  }

  /// The rules of a controller by its configuration; nil without a good one.
  func policy(of controller: String, _ tools: APITools) throws -> PolicySnapshot? {
    if let found = policies[controller] { return found }
    let document = try self.controller(controller)?.configuration
    let policy = try? document?.validated(
      controller: ControllerID(controller), unknownZone: .closesHours, zones: tools.zones)
    policies[controller] = .some(policy)
    return policy
  }

  /// Where and when the credentials of a controller open.
  func reach(of controller: String) throws -> CredentialReach {
    try self.controller(controller)?.configuration?.reach ?? CredentialReach()
  }
}

extension ControllerFacts {
  fileprivate func door(_ reference: DoorReference) -> DoorDocument? {
    configuration?.doors.first { $0.id == reference.door }
  }
}

extension APICall {
  /// The door that the path names. Only its own controller is read.
  func needDoor() throws -> (
    reference: DoorReference, facts: ControllerFacts, door: DoorDocument
  ) {
    let text = parameter("door")
    guard let reference = DoorReference(text),
      let facts = try store.controller(reference.controller), let door = facts.door(reference)
    else { throw APIProblem(.notFound, "there is no door \(text); doors are CONTROLLER:DOOR") }
    return (reference, facts, door)
  }
}

/// Changes configurations: each is checked as a whole before the store has it.
struct ConfigurationDesk {
  let store: any PlatformTransaction
  let tools: APITools

  /// Pushes the configuration of a controller; throws what the controller would refuse, with the
  /// controller's id before each path.
  func push(_ document: ConfigurationDocument, to facts: ControllerFacts) throws {
    var document = document
    if document == facts.configuration { return }
    document.revision = max(document.revision, 1)
    let isOld = document.facility.timeZone == facts.configuration?.facility.timeZone
    do throws(ValidationFailure) {
      _ = try document.validated(
        controller: ControllerID(facts.id), unknownZone: isOld ? .closesHours : .refused,
        zones: tools.zones)
    } catch {
      throw APIProblem(
        ValidationFailure(
          problems: error.problems.map {
            Problem(path: "\(facts.id).\($0.path)", message: $0.message)
          }))
    }
    try store.push(document, to: facts.id)
  }
}
