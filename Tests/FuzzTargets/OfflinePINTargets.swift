import CloudProtocol
import Crypto
import DoorRules
import Foundation

extension FuzzTarget {
  /// Codes of offline PINs against a second implementation of `deploy/protocol/offline-pin.md`,
  /// which agrees with the Python reference.
  static let offlinePIN = FuzzTarget(
    "offline-pin", "offline PINs: codes and windows against a second telling", bytesMax: 64,
    seeds: {
      let key = (0..<32).map { UInt8($0) }
      return (0..<24).map { [UInt8($0)] + key + [0, 120, 3] }
    },
    make: {
      { bytes in
        var input = FuzzInput(bytes)
        let row = input.pick(OfflinePINTable.rows)
        let key = (0..<32).map { _ in input.byte() }
        let step = Int64(row.stepHours)
        let start = Int64(input.short() << 8 | Int(input.byte())) % 2_000_000 / step * step
        let serial = input.number(0...3)
        guard let controller = ControllerID("gate-1"), let door = DoorID("front") else { return }
        let line = OfflinePINKeys.line(keyID: "k", fromHour: 0, key: Secret(key))
        let keys = try OfflinePINKeys(parsing: line, controller: controller)
        let window = try OfflinePINWindow(startHour: start, hours: row.hours, serial: serial)
        let code = try keys.code(of: window, at: door).reveal()
        let told = SecondTelling.code(
          key, controller: "gate-1", door: "front", digits: row.digits, start: start,
          hours: row.hours, serial: serial)
        try demand(code == told, "the codes of a window differ")
        // Slow for the long periods: up to 2,441 codes each.
        guard row.digits == 8 else { return }
        let inside = WallInstant(secondsSince1970: start * 3_600 + Int64(input.short()) % 3_600)
        let found = keys.windows(of: Secret(code), at: door, now: inside)
        try demand(found.contains(window), "the door does not know its own code")
        let after = keys.windows(of: Secret(code), at: door, now: window.validUntil)
        try demand(!after.contains(window), "a code opens after its window")
      }
    })

  /// The text of a key file.
  static let offlinePINFile = FuzzTarget(
    "offline-pin-file", "key files of offline PINs", bytesMax: 512,
    seeds: {
      let hex = String(repeating: "0f", count: 32)
      return ["* k1 0 \(hex)\n", "# old\nfront k2 100 \(hex)\n* k1 0 \(hex)\n"].map {
        Array($0.utf8)
      }
    },
    make: {
      { bytes in
        guard let controller = ControllerID("gate-1"), let door = DoorID("front"),
          let keys = try? OfflinePINKeys(
            parsing: Secret(String(decoding: bytes, as: UTF8.self)), controller: controller)
        else { return }
        let shown = keys.text(of: door)
        guard !shown.reveal().isEmpty else { return }
        // A front desk that has this door's lines only computes the same codes.
        let desk = try OfflinePINKeys(parsing: shown, controller: controller)
        let window = try OfflinePINWindow(startHour: 480_000, hours: 8, serial: 0)
        let own = try? keys.code(of: window, at: door).reveal()
        let theirs = try? desk.code(of: window, at: door).reveal()
        try demand(own == theirs, "door and desk differ")
      }
    })
}

/// The algorithm as the document describes it; it shares no code with the door's.
private enum SecondTelling {
  static func code(
    _ key: [UInt8], controller: String, door: String, digits: Int, start: Int64, hours: Int,
    serial: Int
  ) -> String {
    let own = hmac(key, "postern-offline-pin-1:door:\(controller):\(door)")
    let sum = hmac(own, "postern-offline-pin-1:\(digits):\(start):\(hours)")
    var number: UInt64 = 0
    for index in 0..<8 { number = number * 256 + UInt64(sum[serial * 8 + index]) }
    var text = ""
    for _ in 0..<digits {
      text = "\(number % 10)" + text
      number /= 10
    }
    return text
  }

  private static func hmac(_ key: [UInt8], _ text: String) -> [UInt8] {
    // RFC 2104, out of the hash alone.
    let block = key + Array(repeating: 0, count: 64 - key.count)
    let inner = SHA256.hash(data: Data(block.map { $0 ^ 0x36 } + Array(text.utf8)))
    return Array(SHA256.hash(data: Data(block.map { $0 ^ 0x5C } + Array(inner))))
  }
}
