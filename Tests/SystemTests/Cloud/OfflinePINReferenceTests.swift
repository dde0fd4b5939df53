import ChildProcesses
import CloudProtocol
import CoreModels
import DoorRules
import Foundation
import Testing

@Suite("An issuer in another language (C5)", .blocking)
struct OfflinePINReferenceTests {
  @Test("the reference issuer in Python agrees on 10,000 codes")
  func reference() throws {
    let folder = try TemporaryFolder()
    var lines: [String] = []
    var expected: [String] = []
    // Golden-ratio steps spread over keys, starts and rows.
    for index in 0..<UInt64(10_000) {
      let mixed = (index + 1) &* 0x9E37_79B9_7F4A_7C15
      let row = OfflinePINTable.rows[Int(mixed % UInt64(OfflinePINTable.rows.count))]
      let step = Int64(row.stepHours)
      let start = Int64(mixed >> 32) % 1_000_000 / step * step
      let serial = Int(index) % OfflinePINTable.serials
      let hex = String(mixed, radix: 16)
      let key = String(repeating: "0", count: 64 - hex.count) + hex
      let controller = "gate-\(index % 7)"
      let door = "room.\(index % 300)"
      let keys = try OfflinePINKeys(
        parsing: Secret("* k 0 \(key)\n"), controller: #require(ControllerID(controller)))
      let window = try OfflinePINWindow(startHour: start, hours: row.hours, serial: serial)
      expected.append(try keys.code(of: window, at: #require(DoorID(door))).reveal())
      lines.append("\(controller) \(door) \(key) \(start) \(row.hours) \(serial)\n")
    }
    let input = folder.path + "/in"
    try Data(lines.joined().utf8).write(to: URL(filePath: input))
    let script = Repository.file("deploy/protocol/clients/offline_pin.py").path()
    let python = try ChildProcess(
      "/usr/bin/python3", [script], input: input, output: folder.path + "/out")
    #expect(python.wait() == 0)
    let codes = try String(contentsOfFile: folder.path + "/out", encoding: .utf8)
    #expect(codes.split(separator: "\n").map(String.init) == expected)
  }
}
