import ArgumentParser
import DoorCore
import DoorPorts
import DoorRules
import Foundation
import HostLinux
import OSDPChannel
import OSDPCodec
import OSDPLine
import SerialLinux
import Synchronization
import WiegandCodec

/// The panel's side of one OSDP line, for `Tests/Lab/osdp`: readers `r0`, `r1`, ... by their addresses. It
/// prints what the line reports, one JSON line each, and takes orders, one a line.
struct OSDPPanelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "osdp-panel", abstract: "Serve one OSDP line by hand.",
    discussion:
      "Orders: pair r1 SECONDS, led r1 0|1, beeper r1 0|1, text r1 WORDS, output r1 N, status, quit."
  )

  @Option(help: "The serial device.") var line: String
  @Option(help: "Bits a second.") var baud = 38_400
  @Option(help: "Addresses, with commas between.") var addresses = "1"
  @Option(help: "Milliseconds from one question to the next.") var poll = 50
  @Option(help: "The folder in which keys are kept.") var keys: String

  func run() throws {
    guard let speed = LineSpeed(rawValue: baud) else { throw LabFailure("no such speed: \(baud)") }
    let wirings = try addresses.split(separator: ",").map { text in
      guard let address = UInt8(text), let id = ReaderID("r\(address)") else {
        throw LabFailure("no address: \(text)")
      }
      return OSDPReaders.Wiring(
        id: id, line: line, speed: speed, address: address, pollMilliseconds: poll)
    }
    let readers = OSDPReaders(
      wirings, keys: KeyFolder(path: keys), clock: SystemMonotonicClock())
    readers.start { Self.tell($0) }
    while let order = readLine() {
      let words = order.split(separator: " ").map(String.init)
      if words.first == "quit" { break }
      do { try carryOut(words, readers) } catch { Self.print(["error": "\(error)"]) }
    }
    readers.stop()
  }

  private func carryOut(_ words: [String], _ readers: OSDPReaders) throws {
    if words.first == "status" {
      for reader in readers.readers {
        Self.print([
          "status": reader.id.rawValue, "absence": reader.absence ?? "none",
          "identity": reader.identity ?? "",
          "faults": reader.faults.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            .joined(separator: " "),
        ])
      }
      return
    }
    guard words.count > 2, let reader = ReaderID(words[1]) else {
      throw LabFailure("no order: \(words)")
    }
    switch words[0] {
    case "pair": try readers.pair(reader, seconds: Int(words[2]) ?? 30)
    case "led": try readers.drive(.led(reader), active: words[2] == "1")
    case "beeper": try readers.drive(.beeper(reader), active: words[2] == "1")
    case "text":
      try readers.send(.text(OSDPText(words[2...].joined(separator: " "))), to: reader)
    case "output":
      let output = OSDPOutput(number: UInt8(words[2]) ?? 0, action: .onFor, tenths: 30)
      try readers.send(.output([output]), to: reader)
    default: throw LabFailure("no order: \(words)")
    }
  }

  private static func tell(_ report: BusReport) {
    var line = ["reader": report.reader.rawValue]
    switch report {
    case .delivered(_, .card(let frame)): line["card"] = frame.bitText
    case .delivered(_, .proved(let card)): line["proved"] = card.reveal()
    case .delivered(_, .key(let key)): line["key"] = String(key.code)
    case .delivered(_, .malformed(let frame)): line["malformed"] = frame.detail
    case .tamper(_, let raised): line["tamper"] = raised ? "1" : "0"
    case .absent(_, let reason): line["absent"] = reason ?? "none"
    case .fault(_, let fault, let count, _): line["fault"] = "\(fault) \(count)"
    case .input(_, let edge): line["input"] = "\(edge.line.name) \(edge.isActive ? 1 : 0)"
    case .inputLost(_, let input): line["inputLost"] = input.name
    case .driven(_, let output, let isActive):
      line["driven"] = "\(output.words) \(isActive ? 1 : 0)"
    case .notDriven(_, let output): line["notDriven"] = output.words
    case .paired(_, let failure): line["paired"] = failure ?? "yes"
    }
    print(line)
  }

  private static let output = Mutex(())

  private static func print(_ line: [String: String]) {
    output.withLock { _ in
      guard let json = try? JSONEncoder().encode(line) else { return }
      Output.raw(Array(json) + [UInt8(ascii: "\n")])
    }
  }
}

/// Keys in files, as plain as a laboratory may: `current` and `candidate` of each reader.
private struct KeyFolder: ReaderKeyStore {
  let path: String

  private func file(_ reader: ReaderID, _ name: String) -> String {
    "\(path)/\(reader.rawValue).\(name)"
  }

  func ring(of reader: ReaderID) throws(PortError) -> KeyRing {
    func key(_ name: String) -> ReaderKey? {
      guard let data = FileManager.default.contents(atPath: file(reader, name)) else { return nil }
      return try? ReaderKey(Array(data))
    }
    return KeyRing(current: key("current"), candidate: key("candidate"))
  }

  func keep(_ ring: KeyRing, of reader: ReaderID) throws(PortError) {
    for (name, key) in [("current", ring.current), ("candidate", ring.candidate)] {
      if let key {
        FileManager.default.createFile(atPath: file(reader, name), contents: Data(key.reveal()))
      } else {
        try? FileManager.default.removeItem(atPath: file(reader, name))
      }
    }
  }
}
