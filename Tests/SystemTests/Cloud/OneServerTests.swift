import Foundation
import Testing

@Suite("One server for one cloud's folder (F2)", .blocking)
struct OneServerTests {
  @Test("a second `serve` ends at once and names the first's process; others write meanwhile")
  func second() throws {
    let world = try DoorWorld()
    try world.startBroker()
    #expect(world.eventually { world.brokerAnswers })
    let words = ["serve", "--port", "\(world.port)", "--state", world.folder.path + "/cloud"]
    let first = try BuiltProgram("posterncloud").start(
      words, log: world.folder.path + "/first.log")
    defer { first.end(SIGKILL) }
    func connected(_ file: String) -> Bool {
      let text = FileManager.default.contents(atPath: world.folder.path + "/" + file) ?? Data()
      return String(decoding: text, as: UTF8.self).contains("connected to the broker")
    }
    #expect(world.eventually { connected("first.log") })
    let second = try BuiltProgram("posterncloud").start(
      words, log: world.folder.path + "/second.log")
    defer { second.end(SIGKILL) }
    #expect(world.eventually(withinSeconds: 20) { second.poll() != nil })
    #expect(!connected("second.log"))
    let told = String(
      decoding: FileManager.default.contents(atPath: world.folder.path + "/second.log") ?? Data(),
      as: UTF8.self)
    #expect(told.contains("process \(first.identifier)"), "\(told)")
    #expect(try world.posterncloud("person", "add", "ada").status == 0)
    // The lock goes with its process, however that ends.
    first.end(SIGKILL)
    let third = try BuiltProgram("posterncloud").start(
      words, log: world.folder.path + "/third.log")
    defer { third.end(SIGKILL) }
    #expect(world.eventually { connected("third.log") })
  }

  @Test("a second door daemon on one folder ends too, and names the first's process")
  func daemon() throws {
    let world = try DoorWorld()
    try world.startDaemon()
    #expect(try world.eventually { try world.status() != nil })
    let second = try BuiltProgram("posternd").run(["--config", world.folder.path + "/postern.yaml"])
    #expect(second.status == 1)
    let process = try #require(world.daemon).identifier
    #expect((second.output + second.errors).contains("process \(process)"), "\(second)")
  }
}
