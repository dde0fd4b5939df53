import CloudProtocol
import CoreModels
import DoorRules
import Foundation
import Testing

@testable import Certificates
@testable import posterncloud

@Suite(
  "The development cloud signs certificates for controllers that it knows (D12)",
  .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl"), "needs openssl"))
struct CertificateOfficeTests {
  private let store: CloudStore

  init() throws {
    let folder = FileManager.default.temporaryDirectory.path + "/office-\(UUID())"
    store = try CloudStore(folder: folder)
    try store.controllers.enrol(TrialCA.controller, credentialKey: Array(repeating: 7, count: 32))
  }

  private func office(_ authority: SigningAuthority?) -> CertificateOffice {
    CertificateOffice(
      table: CertificateTable(database: store.database), authority: authority, days: 90)
  }

  private func request(_ id: String = "gate-1") throws -> RenewalRequest {
    let id = try #require(ControllerID(id))
    return RenewalRequest(
      controller: id.rawValue,
      request: try CertificateRequest(controller: id, newKey: .p256).request)
  }

  @Test("without a CA every request is refused, and the answer says what to do")
  func off() throws {
    let answer = try office(nil).answer(try request(), of: TrialCA.controller, at: TrialCA.now)
    #expect(answer.certificates == nil && answer.refused?.contains("--certificate-ca") == true)
  }

  @Test("a request that comes again gets the same certificate, and the list has it once")
  func again() throws {
    defer { try? FileManager.default.removeItem(atPath: store.folder) }
    let office = office(try TrialCA.authority())
    let asked = try request()
    let first = try office.answer(asked, of: TrialCA.controller, at: TrialCA.now)
    #expect(first.certificates != nil && first.refused == nil)
    let later = TrialCA.now.advanced(bySeconds: 600)
    #expect(try office.answer(asked, of: TrialCA.controller, at: later) == first)
    let list = try office.table.list(controller: "gate-1", limit: 10)
    #expect(list.map(\.requestDigest) == [first.requestDigest])
    #expect(try office.table.list(controller: "gate-2", limit: 10).isEmpty)
  }

  @Test("a request with another controller's name is refused, and nothing is recorded")
  func name() throws {
    let office = office(try TrialCA.authority())
    let answer = try office.answer(try request("gate-2"), of: TrialCA.controller, at: TrialCA.now)
    #expect(answer.certificates == nil && answer.refused?.contains("gate-2") == true)
    #expect(try office.table.list(controller: nil, limit: 10).isEmpty)
  }

  @Test("of more than 10 certificates within a day the next is refused")
  func limit() throws {
    let office = office(try TrialCA.authority())
    for _ in 0..<CertificateOffice.signedPerDayMax {
      let answer = try office.answer(try request(), of: TrialCA.controller, at: TrialCA.now)
      #expect(answer.refused == nil)
    }
    let more = try request()
    let refused = try office.answer(more, of: TrialCA.controller, at: TrialCA.now)
    #expect(refused.refused?.contains("within a day") == true)
    let tomorrow = TrialCA.now.advanced(bySeconds: 86_401)
    #expect(try office.answer(more, of: TrialCA.controller, at: tomorrow).refused == nil)
  }
}
