import CloudProtocol
import DoorRules
import Testing

/// Keys of the document's test vectors.
enum OfflinePINFixture {
  static let hex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
  static let otherHex = "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

  static func keys(
    _ text: String = "* opin-1 0 \(hex)\n", controller: String = "gate-1"
  ) throws -> OfflinePINKeys {
    try OfflinePINKeys(parsing: Secret(text), controller: #require(ControllerID(controller)))
  }

  static func window(
    _ start: Int64 = 500_000, hours: Int = 24, serial: Int = 0
  ) throws -> OfflinePINWindow {
    try OfflinePINWindow(startHour: start, hours: hours, serial: serial)
  }

  static func instant(hour: Int64, seconds: Int64 = 0) -> WallInstant {
    WallInstant(secondsSince1970: hour * 3_600 + seconds)
  }
}
