import CloudProtocol
import DoorPorts
import Foundation
import GRDB
import HostLinux
import Testing

@testable import StoreSQLite

@Suite("The configuration in force and the one before (D2)")
struct StoreConfigurationTests {
  private let fixture = StoreFixture()

  @Test("there is none at first; a new one survives a restart, with the one before (D2)")
  func replace() throws {
    let cache = try fixture.cache()
    #expect(try cache.configuration() == nil)
    #expect(try cache.configurations.previous() == nil)
    try cache.replaceConfiguration(StoreFixture.configuration(3), zone: nil)
    #expect(try cache.configurations.previous() == nil)
    try cache.replaceConfiguration(StoreFixture.configuration(5, name: "Pool"), zone: nil)
    try cache.pool.close()
    let again = try fixture.cache()
    #expect(try again.configuration() == StoreFixture.configuration(5, name: "Pool"))
    #expect(try again.configurations.previous() == StoreFixture.configuration(3))
  }

  @Test(
    "an older one, or one with a revision that cannot be stored, is refused; the present stays (D2)"
  )
  func older() throws {
    let cache = try fixture.cache()
    try cache.replaceConfiguration(StoreFixture.configuration(5), zone: nil)
    for revision in [4, UInt64.max] {
      let error = portError {
        try cache.replaceConfiguration(StoreFixture.configuration(revision), zone: nil)
      }
      #expect(error?.code == .invalid)
    }
    #expect(try cache.configuration()?.revision == 5)
    #expect(try cache.configurations.previous() == nil)
  }

  @Test("one that cannot be read is damage, and the same revision again repairs it (D2, F3)")
  func repair() throws {
    let cache = try fixture.cache()
    try cache.replaceConfiguration(StoreFixture.configuration(4), zone: nil)
    try cache.replaceConfiguration(StoreFixture.configuration(5), zone: nil)
    try cache.pool.write {
      try $0.execute(sql: "UPDATE configuration SET document = x'7B' WHERE slot = 'present'")
    }
    #expect(portError { _ = try cache.configuration() }?.code == .damaged)
    try cache.replaceConfiguration(StoreFixture.configuration(5), zone: nil)
    #expect(try cache.configuration() == StoreFixture.configuration(5))
    #expect(try cache.configurations.previous()?.revision == 4)
  }

  @Test("B2: the rules of the zone live and go with the configuration, and damage is none")
  func zone() throws {
    let berlin = try SystemZones().zone(named: "Europe/Berlin")
    let tokyo = try SystemZones().zone(named: "Asia/Tokyo")
    let cache = try fixture.cache()
    #expect(try cache.zone() == nil)
    try cache.storeZone(berlin, revision: 3)
    try cache.replaceConfiguration(StoreFixture.configuration(3), zone: berlin)
    try cache.pool.close()
    let again = try fixture.cache()
    #expect(try again.zone() == berlin)
    try again.storeZone(tokyo, revision: 2)
    #expect(try again.zone() == berlin)
    try again.storeZone(tokyo, revision: 3)
    #expect(try again.zone() == tokyo)
    // A refused configuration leaves both as they were.
    #expect(
      portError { try again.replaceConfiguration(StoreFixture.configuration(2), zone: berlin) }
        != nil)
    #expect(try again.zone() == tokyo)
    try again.pool.write {
      // Sound by itself, but not what was stored.
      try $0.execute(sql: "UPDATE zone SET rules = ?", arguments: [Data(berlin.bytes)])
    }
    #expect(try again.zone() == nil)
    #expect(try again.configuration() == StoreFixture.configuration(3))
    try again.replaceConfiguration(StoreFixture.configuration(4), zone: nil)
    #expect(try again.zone() == nil)
  }
}
