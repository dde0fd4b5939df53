import CoreModels
import Crypto
import Foundation
import Testing

@testable import CloudProtocol

@Suite("The keys of small order are those that a slow model of the curve finds (D4)")
struct SmallOrderTests {
  @Test("there are 8 such points with 5 values of y, and the table has them")
  func table() throws {
    let points = try #require(SlowCurve.pointsOfSmallOrder())
    #expect(Set(points.map(\.encoded)).count == 8)
    #expect(Set(points.map { SlowCurve.littleEndian($0.y) }) == SigningKey.ofSmallOrder)
    #expect(SlowCurve.littleEndian(SlowCurve.prime) == SigningKey.prime)
  }

  @Test("no encoding of them is a key, with either sign, canonical or not")
  func refused() throws {
    let points = try #require(SlowCurve.pointsOfSmallOrder())
    for point in points {
      for sign in [UInt8(0), 0x80] {
        var bytes = SlowCurve.littleEndian(point.y)
        bytes[31] |= sign
        #expect(throws: SigningKey.Fault.smallOrder) { _ = try SigningKey(bytes) }
      }
    }
  }

  @Test("each of the 19 values of y from p on is refused; the last below p is one of small order")
  func notCanonical() {
    for more in 0..<19 {
      var bytes = SigningKey.prime
      bytes[0] += UInt8(more)
      #expect(throws: SigningKey.Fault.notCanonical) { _ = try SigningKey(bytes) }
      bytes[31] |= 0x80
      #expect(throws: SigningKey.Fault.notCanonical) { _ = try SigningKey(bytes) }
    }
    var below = SigningKey.prime
    below[0] -= 1
    #expect(throws: SigningKey.Fault.smallOrder) { _ = try SigningKey(below) }
  }

  @Test("a real key is taken, and other lengths are refused by their number")
  func real() throws {
    for _ in 0..<20 {
      let key = Array(Curve25519.Signing.PrivateKey().publicKey.rawRepresentation)
      #expect(try SigningKey(key).bytes == key)
    }
    #expect(throws: SigningKey.Fault.length(31)) {
      _ = try SigningKey([UInt8](repeating: 9, count: 31))
    }
    #expect(throws: SigningKey.Fault.length(0)) { _ = try SigningKey([]) }
  }
}
