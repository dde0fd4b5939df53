import CloudProtocol
import DoorRules
import Testing

@testable import posterncloud

@Suite("The reference cloud gives and believes no revision that a controller refuses (D2, D3)")
struct RevisionTableTests {
  private static let max = RevisionLimits.revisionMax
  private let cloud: ReachFixture
  private let gate: ControllerID

  init() throws {
    cloud = try ReachFixture()
    try cloud.enrol("gate-1")
    gate = try #require(ControllerID("gate-1"))
  }

  private func hello(config: UInt64 = 0, credentials: UInt64 = 0) -> Hello {
    Hello(
      controller: "gate-1", software: "1.0.0", bootID: "b", sessionNonce: "n",
      configRevision: config, credentialRevision: credentials, logEpoch: "e", lastEvent: 0,
      acknowledgedEvent: 0, clockTrust: "unknown", simulated: true)
  }

  @Test("a hello that claims the last revision, or one far ahead, is not believed")
  func claims() throws {
    let revisions = cloud.store.revisions
    for subject in [ApplyReport.Subject.config, .credentials] {
      try revisions.check(RevisionTable.aheadMax, of: subject, at: gate)
      for claim in [RevisionTable.aheadMax + 1, Self.max - 1, Self.max, UInt64(Int64.max), .max] {
        #expect(throws: CloudProblem.self) { try revisions.check(claim, of: subject, at: gate) }
      }
    }
    try cloud.store.database.write { try RevisionTable.set(Self.max - 2, of: "gate-1", $0) }
    try revisions.check(Self.max - 1, of: .credentials, at: gate)
    #expect(throws: CloudProblem.self) {
      try revisions.check(Self.max, of: .credentials, at: gate)
    }
  }

  @Test("the last revision is given, and none after it")
  func last() throws {
    let store = cloud.store
    try store.database.write { try RevisionTable.set(Self.max - 1, of: "gate-1", $0) }
    try store.revisions.raise(gate)
    #expect(try store.revisions.line(of: gate).last == Self.max)
    let problem = #expect(throws: CloudProblem.self) { try store.revisions.raise(gate) }
    #expect(problem.map { "\($0)" }?.contains("no revision left") == true)
    try cloud.configure("gate-1", doors: ["front"])
    #expect(throws: CloudProblem.self) {
      try store.database.write {
        try ConfigurationTable.overtake(hello(config: Self.max), of: gate, $0)
      }
    }
    #expect(throws: CloudProblem.self) {
      try store.database.write { try RevisionTable.overtake(hello(credentials: Self.max), $0) }
    }
    try cloud.enrol("gate-2")
    let other = try #require(ControllerID("gate-2"))
    try store.database.write {
      try ConfigurationTable.overtake(hello(config: Self.max), of: other, $0)
    }
    #expect(throws: CloudProblem.self) { try cloud.configure("gate-2", doors: ["front"]) }
  }
}
