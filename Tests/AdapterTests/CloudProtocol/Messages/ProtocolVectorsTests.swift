import ChildProcesses
import CloudProtocol
import CoreModels
import DoorRules
import Foundation
import Testing
import WiegandCodec

@Suite("The test vectors and the examples of the contract are real (D2, D3, D4)", .serialized)
struct ProtocolVectorsTests {
  private static let isUpdate = ProcessInfo.processInfo.environment["POSTERN_UPDATE_DOCS"] == "1"

  @Test("each digest, link and root of an example is the one that this program computes")
  func examples() throws {
    for value in try ProtocolExamples.values() {
      let file = ProtocolExamples.folder.appending(path: value.file)
      if Self.isUpdate, value.written != value.computed {
        var text = try String(contentsOf: file, encoding: .utf8)
        let place = try #require(text.range(of: "\"\(value.written)\""), "\(value)")
        text.replaceSubrange(place, with: "\"\(value.computed)\"")
        try Data(text.utf8).write(to: file)
      }
      #expect(Self.isUpdate || value.written == value.computed, "\(value.file)")
    }
  }

  @Test("vectors.json has what this program computes")
  func vectors() throws {
    try Self.check(Repository.file("deploy/protocol/vectors.json"), try ProtocolVectors.text())
  }

  @Test("the signed example is the example of its claims, under the key of the vectors")
  func signed() throws {
    let message = try ExampleWorld.signedUnlock()
    try Self.check(ProtocolExamples.folder.appending(path: "envelope.unlock.jws"), message + "\n")
    let payload = try #require(Data(base64URL: String(message.split(separator: ".")[1])))
    #expect(
      try JSONCoding.decode(JSONValue.self, from: Array(payload))
        == ProtocolExamples.read(JSONValue.self, "envelope.unlock"))
    let verifier = try EnvelopeVerifier(
      publicKeys: ["cloud-1": try ExampleWorld.signer().publicKeyBytes],
      audience: ExampleWorld.controller, issuer: nil)
    let envelope = try verifier.verify(
      Array(message.utf8), as: Command.self, kind: .commands,
      at: WallInstant(secondsSince1970: 1_795_187_041), clockTrust: .synchronised,
      retained: false)
    #expect(envelope.body.person == "ada")
  }

  @Test("a card by its bits is written as README.md says")
  func bits() throws {
    let bits = try FormatTable.standard.encode(format: "H10301", facility: 12, card: 345)
    let padded = bits + Array(repeating: false, count: 28 - bits.count)
    let digits = stride(from: 0, to: 28, by: 4).map { start in
      String(padded[start..<start + 4].reduce(0) { $0 * 2 + ($1 ? 1 : 0) }, radix: 16)
    }
    #expect(ExampleWorld.values.contains("raw:\(bits.count):\(digits.joined())"))
  }

  private static func check(_ file: URL, _ wanted: String) throws {
    if isUpdate { return try Data(wanted.utf8).write(to: file) }
    let text = try String(contentsOf: file, encoding: .utf8)
    #expect(text == wanted, "run with POSTERN_UPDATE_DOCS=1: \(file.lastPathComponent)")
  }

  @Test(
    "an independent implementation in Python computes the same vectors, and verifies the examples",
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/python3")))
  func independent() throws {
    let store = StoreFixture()
    try store.write(Data(), to: "log")
    let log = store.path("log")
    let check = try ChildProcess(
      "/usr/bin/python3", [Repository.file("deploy/protocol/conformance/check-vectors").path()],
      output: log, errors: log)
    let status = check.wait()
    let text = String(decoding: try Data(contentsOf: URL(filePath: log)), as: UTF8.self)
    #expect(status == 0, "\(text)")
  }
}
