import CloudProtocol
import DoorRules
import Foundation
import HostLinux
import Synchronization

@testable import CloudAPI
@testable import posterncloud

/// The API over the cloud's own database, with two controllers of one site, Ada and Ben, and a
/// token for everything. Time stands still unless a test moves it.
final class PlatformFixture: Sendable {
  static let vault = SecretVault(key: Secret([UInt8](repeating: 7, count: 32)))
  /// 2020-11-30T09:00:00Z.
  static let start: Int64 = 1_606_726_800_000

  let folder: String
  let store: CloudStore
  let platform: SQLitePlatform
  let api: PlatformAPI
  private let time = Mutex(PlatformFixture.start)
  private let token = Mutex("")
  private let box = FaultBox()

  /// What the server would have logged.
  var faults: [String] { box.all }

  var now: Int64 { time.withLock { $0 } }

  init() async throws {
    folder =
      FileManager.default.temporaryDirectory
      .appendingPathComponent("postern-api-\(UUID().uuidString)").path
    store = try CloudStore(folder: folder)
    platform = SQLitePlatform(database: store.database)
    let zones = SystemZones()
    api = PlatformAPI(
      store: platform, vault: Self.vault, zones: { (try? zones.zone(named: $0))?.rules },
      onFault: { [box] in box.add($0) })
    for name in ["gate-1", "gate-2"] {
      try store.controllers.enrol(
        ControllerID(name)!, credentialKey: Array(repeating: name == "gate-1" ? 1 : 2, count: 32))
    }
    let made = try await makeToken("all", Set(TokenScope.allCases))
    token.withLock { $0 = made }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// The site `house`: `gate-1:front`, `gate-1:gym`, `gate-2:side`; the scope `members` has gym and
  /// side. Ada and Ben.
  func furnish() async throws {
    try await ok(
      "PUT", "/v1/sites/house",
      ["name": "The house", "timeZone": "Europe/Berlin", "controllers": ["gate-1", "gate-2"]])
    for door in ["gate-1:front", "gate-1:gym", "gate-2:side"] {
      try await ok("PUT", "/v1/doors/\(door)", ["site": "house", "name": door])
    }
    try await ok(
      "PUT", "/v1/sites/house/scopes/members",
      ["name": "Members", "doors": ["gate-1:gym", "gate-2:side"]])
    for person in ["ada", "ben"] { try await ok("PUT", "/v1/people/\(person)", [:]) }
  }

  func makeToken(_ name: String, _ scopes: Set<TokenScope>) async throws -> String {
    let now = now
    return try await platform.write {
      try TokenDesk(store: $0).make(name: name, scopes: scopes, at: now).reveal()
    }
  }

  func pass(seconds: Int64) { time.withLock { $0 += seconds * 1_000 } }

  struct Answer {
    var status: Int
    var headers: [String: String]
    var body: [String: Any]
    /// Paths of the problems.
    var paths: [String] {
      (body["problems"] as? [[String: Any]] ?? []).compactMap { $0["path"] as? String }
    }
    var kind: String { (body["type"] as? String ?? "").replacing("urn:postern:problem:", with: "") }
    var items: [[String: Any]] { body["items"] as? [[String: Any]] ?? [] }
  }

  @discardableResult
  func call(
    _ method: String, _ path: String, _ body: [String: Any]? = nil,
    headers: [String: String] = [:], token given: String? = nil
  ) async throws -> Answer {
    try await send(
      method, path, try body.map { Array(try JSONSerialization.data(withJSONObject: $0)) },
      headers: headers, token: given)
  }

  /// With a body that need not be JSON.
  func send(
    _ method: String, _ path: String, _ body: [UInt8]?, headers: [String: String] = [:],
    token given: String? = nil
  ) async throws -> Answer {
    var sent = headers
    let token = given ?? token.withLock { $0 }
    if !token.isEmpty { sent["authorization"] = "Bearer \(token)" }
    if body != nil { sent["content-type"] = sent["content-type"] ?? "application/json" }
    let parts = path.split(separator: "?", maxSplits: 1).map(String.init)
    let pairs = parts.count < 2 ? [] : parts[1].split(separator: "&")
    let query = pairs.map { pair -> (name: String, value: String) in
      let words = pair.split(separator: "=", maxSplits: 1).map(String.init)
      return (words[0], words.count > 1 ? words[1] : "")
    }
    let reply = await api.answer(
      APIRequest(method: method, path: parts[0], query: query, headers: sent, body: body ?? []),
      at: now)
    let object = try? JSONSerialization.jsonObject(with: Data(reply.body)) as? [String: Any]
    return Answer(status: reply.status, headers: reply.headers, body: object ?? [:])
  }

  /// Throws unless the answer is no problem.
  @discardableResult
  func ok(
    _ method: String, _ path: String, _ body: [String: Any]? = nil,
    headers: [String: String] = [:]
  ) async throws -> Answer {
    let answer = try await call(method, path, body, headers: headers)
    guard (200..<300).contains(answer.status) else {
      throw CloudProblem("\(method) \(path): \(answer.status) \(answer.body) \(box.all)")
    }
    return answer
  }

  /// What the cloud sends a controller: ids by person, with doors and status.
  func records(at controller: String) throws -> [CredentialRecord] {
    try store.credentials.list(of: controller, after: "", limit: 100).map(\.record)
  }

  /// The controller answers that it has everything, or refuses one.
  func applied(at controller: String, refusing id: String? = nil) throws {
    let revision = try store.revisions.last()
    var report = ApplyReport(
      subject: .credentials, messageID: "m", revision: revision, applied: true, problems: [],
      credentials: try records(at: controller).map {
        CredentialOutcome(
          id: $0.id, status: $0.id == id ? .failed : $0.status == "active" ? .active : .revoked)
      })
    if let id {
      report.refused = [
        RefusedRecord(
          path: "credentials[0]", kind: .credential, id: id,
          problems: [Problem(path: "credentials[0].kind", message: "is of no use here")])
      ]
      report.refusedTotal = 1
    }
    let name = ControllerID(controller)!
    try store.recordNotes.store(report, of: name, over: .changes)
    try store.credentials.storeStatuses(report, of: name)
  }
}

/// What the server would have logged.
final class FaultBox: Sendable {
  private let found = Mutex<[String]>([])

  var all: [String] { found.withLock { $0 } }

  func add(_ fault: String) { found.withLock { $0.append(fault) } }
}
