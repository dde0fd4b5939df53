import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import Testing

@testable import DoorRuntime

@Suite("CertificateWatch: each warning is given once, over restarts too (D12, F3)")
struct CertificateWatchTests {
  private static let day: Int64 = 86_400
  private var watch = CertificateWatch()

  /// Reads certificates of a year that end so many days from the start of the test.
  private mutating func read(
    _ days: [String: Int64], at now: Moment = PartFixture.moment(),
    kept: Result<[UInt8]?, PortError> = .success(nil)
  ) -> [Wish] {
    let readings = days.sorted { $0.key < $1.key }.map { name, days in
      let end = PartFixture.start.advanced(bySeconds: days * Self.day)
      return CertificateReading(name, end.advanced(bySeconds: -365 * Self.day)..<end)
    }
    return watch.read(readings, at: now) { () throws(PortError) in try kept.get() }
  }

  @Test("a certificate that ends soon is logged, recorded and remembered, once for each step")
  mutating func once() {
    let first = read(["broker": 14, "console": 90])
    #expect(first.names == ["log warning", "record certificate.expiring", "persist expiry"])
    let end = PartFixture.start.advanced(bySeconds: 14 * Self.day)
    #expect(first.records.first?.reason == "expiring")
    #expect(
      first.records.first?.detail == [
        "certificate": "broker", "days": "14", "endMilliseconds": "\(end.millisecondsSince1970)",
      ])
    #expect(first.writtenText == ["expiry": "broker \(end.secondsSince1970) 14"])
    #expect(read(["broker": 14, "console": 90]).isEmpty)
    let next = read(["broker": 14], at: PartFixture.moment(7 * 86_400_000))
    #expect(next.records.first?.detail["days"] == "7")
  }

  @Test("one that has ended is another event")
  mutating func ended() {
    let wishes = read(["broker": 0])
    #expect(wishes.names == ["log warning", "record certificate.expired", "persist expiry"])
    #expect(wishes.records.first?.reason == "expired")
  }

  @Test("what was warned of before the restart is not warned of again")
  mutating func restart() {
    let end = PartFixture.start.advanced(bySeconds: 14 * Self.day).secondsSince1970
    let kept = Array("broker \(end) 14".utf8)
    #expect(read(["broker": 14], kept: .success(kept)).isEmpty)
    // A renewed one begins anew, and that is remembered too.
    let renewed = read(["broker": 90], kept: .success(kept))
    #expect(renewed.names == ["persist expiry"] && renewed.writtenText == ["expiry": ""])
  }

  @Test("F3: while it is not known what was warned of nothing is, and it is read again")
  mutating func unreadable() {
    let failed = read(["broker": 14], kept: .failure(PartFixture.error))
    #expect(failed.names == ["log error"])
    #expect(read(["broker": 14]).names.contains("record certificate.expiring"))
  }

  @Test("F4: a clock that is unknown uses no warning up; the status names the certificate anyway")
  mutating func unknownClock() {
    let unknown = PartFixture.moment(trust: .unknown)
    #expect(read(["broker": 14, "console": 90], at: unknown).isEmpty)
    #expect(watch.troubles(at: unknown).count == 1)
    #expect(watch.troubles(at: unknown).first?.contains("broker ends in 14 days") == true)
    #expect(read(["broker": 14]).names.contains("record certificate.expiring"))
  }

  @Test("E2: a certificate of thirty days is no trouble on its first day, nor after three weeks")
  mutating func short() {
    let end = PartFixture.start.advanced(bySeconds: 30 * Self.day)
    let reading = CertificateReading("broker", PartFixture.start..<end)
    for day in [0, 21, 22, 23] {
      let now = PartFixture.moment(day * 86_400_000)
      let wishes = watch.read([reading], at: now) { () throws(PortError) in nil }
      #expect(wishes.isEmpty == (day < 23), "\(day): \(wishes.names)")
      #expect(watch.troubles(at: now).isEmpty == (day < 23), "\(day)")
    }
  }

  @Test("E2: the status names what ends within thirty days, and what has ended")
  mutating func troubles() {
    _ = read(["a": 0, "b": 30, "c": 31])
    let troubles = watch.troubles(at: PartFixture.moment())
    #expect(troubles.count == 2)
    #expect(troubles[0].contains("certificate a has ended"))
    #expect(troubles[1].contains("certificate b ends in 30 days"))
  }
}
