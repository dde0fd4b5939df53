import CloudProtocol
import DoorPorts
import Foundation
import GRDB
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
    try cache.replaceConfiguration(StoreFixture.configuration(3))
    #expect(try cache.configurations.previous() == nil)
    try cache.replaceConfiguration(StoreFixture.configuration(5, name: "Pool"))
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
    try cache.replaceConfiguration(StoreFixture.configuration(5))
    for revision in [4, UInt64.max] {
      let error = portError {
        try cache.replaceConfiguration(StoreFixture.configuration(revision))
      }
      #expect(error?.code == .invalid)
    }
    #expect(try cache.configuration()?.revision == 5)
    #expect(try cache.configurations.previous() == nil)
  }

  @Test("one that cannot be read is damage, and the same revision again repairs it (D2, F3)")
  func repair() throws {
    let cache = try fixture.cache()
    try cache.replaceConfiguration(StoreFixture.configuration(4))
    try cache.replaceConfiguration(StoreFixture.configuration(5))
    try cache.pool.write {
      try $0.execute(sql: "UPDATE configuration SET document = x'7B' WHERE slot = 'present'")
    }
    #expect(portError { _ = try cache.configuration() }?.code == .damaged)
    try cache.replaceConfiguration(StoreFixture.configuration(5))
    #expect(try cache.configuration() == StoreFixture.configuration(5))
    #expect(try cache.configurations.previous()?.revision == 4)
  }
}
